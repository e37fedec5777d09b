import { LOCAL_WORDS, type ClientProfile } from './profile.ts';

/** Dynamic registration only, with an empty scope; compares the resource byte by byte (its source). */
export const gemini: ClientProfile = {
  name: 'gemini',
  label: 'Gemini CLI',
  hosted: false,
  userAgents: { mcp: 'node', oauth: 'node' },
  clientInfo: { name: 'gemini-cli-mcp-client', version: '0.0.1' },
  protocolVersion: '2025-06-18',
  registrations: [
    {
      label: 'with an empty scope',
      body: {
        client_name: 'Gemini CLI MCP Client',
        redirect_uris: ['http://localhost:7777/oauth/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        scope: '',
      },
    },
  ],
  asksNoScope: false,
  words: LOCAL_WORDS,
};
