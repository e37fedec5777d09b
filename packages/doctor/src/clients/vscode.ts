import { LOCAL_WORDS, type ClientProfile } from './profile.ts';

/** Loopback at port 33418, or any other if that is taken (vscode#278512). */
export const vscode: ClientProfile = {
  name: 'vscode',
  label: 'VS Code',
  hosted: false,
  userAgents: { mcp: 'node', oauth: 'node' },
  clientInfo: { name: 'Visual Studio Code', version: '1.110.0' },
  protocolVersion: '2025-11-25',
  clientDocument: {
    id: 'https://vscode.dev/oauth/client-metadata.json',
    redirectUri: 'http://127.0.0.1:33418/',
  },
  registrations: [
    {
      label: 'with loopback addresses and vscode.dev',
      body: {
        client_name: 'Visual Studio Code',
        client_uri: 'https://code.visualstudio.com',
        redirect_uris: [
          'https://insiders.vscode.dev/redirect',
          'https://vscode.dev/redirect',
          'http://127.0.0.1/',
          'http://127.0.0.1:33418/',
        ],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
    },
  ],
  asksNoScope: false,
  words: LOCAL_WORDS,
};
