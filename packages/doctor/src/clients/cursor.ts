import { LOCAL_WORDS, type ClientProfile } from './profile.ts';

/** One registration with three addresses; refusing one of them ends it (bytebase#20510, laravel/mcp#173). No CIMD. */
export const cursor: ClientProfile = {
  name: 'cursor',
  label: 'Cursor',
  hosted: false,
  userAgents: { mcp: 'node', oauth: 'node' },
  clientInfo: { name: 'cursor-vscode', version: '1.0.0' },
  protocolVersion: '2025-11-25',
  registrations: [
    {
      label: 'with three addresses, one of them cursor://',
      body: {
        client_name: 'Cursor',
        redirect_uris: [
          'cursor://anysphere.cursor-mcp/oauth/callback',
          'https://www.cursor.com/agents/mcp/oauth/callback',
          'http://localhost:8787/callback',
        ],
        application_type: 'web',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
  ],
  asksNoScope: false,
  words: LOCAL_WORDS,
};
