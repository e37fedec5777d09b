import { LOCAL_WORDS, type ClientProfile } from './profile.ts';

/** The command line. Any loopback port at run time; sends no scope (claude-code#12077). */
export const claudeCode: ClientProfile = {
  name: 'claude-code',
  label: 'Claude Code',
  hosted: false,
  userAgents: { mcp: 'claude-code/2.1.84 (cli)', oauth: 'node' },
  clientInfo: { name: 'claude-code', version: '2.1.84' },
  protocolVersion: '2025-11-25',
  clientDocument: {
    id: 'https://claude.ai/oauth/claude-code-client-metadata',
    redirectUri: 'http://localhost:3118/callback',
  },
  registrations: [
    {
      label: 'with a loopback address',
      body: {
        client_name: 'Claude Code',
        redirect_uris: ['http://localhost:3118/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
  ],
  asksNoScope: true,
  words: LOCAL_WORDS,
};
