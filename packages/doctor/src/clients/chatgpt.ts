import type { ClientProfile } from './profile.ts';

const CALLBACK = 'https://chatgpt.com/connector_platform_oauth_redirect';

/** Hosted. A registration's answer without the refresh_token grant is refused (clerk/mcp-tools#19). */
export const chatgpt: ClientProfile = {
  name: 'chatgpt',
  label: 'ChatGPT',
  hosted: true,
  userAgents: { mcp: 'openai-mcp/1.0.0', oauth: 'openai-mcp/1.0.0' },
  clientInfo: { name: 'openai-mcp', version: '1.0.0' },
  protocolVersion: '2025-11-25',
  clientDocument: { id: 'https://chatgpt.com/oauth/client.json', redirectUri: CALLBACK },
  registrations: [
    {
      label: 'with its platform’s address',
      body: {
        client_name: 'ChatGPT',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
  ],
  asksNoScope: false,
  words: {
    unreachable: '"Error creating connector": the URL could not be reached.',
    noSignIn: 'The connector can only be created without authentication; calls then fail.',
    authorization: '"Something went wrong" while connecting.',
    registration: '"Error creating connector" before any sign-in.',
    noTools: 'Connected, with no actions, or with some missing.',
    later: 'It works at first; later the connector has to be connected again.',
  },
};
