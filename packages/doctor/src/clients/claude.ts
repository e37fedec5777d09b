import type { ClientProfile } from './profile.ts';

const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
const BODY = {
  client_name: 'Claude',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
};

/** claude.ai, Desktop, mobile, Cowork: one hosted runtime. Bodies: claude-ai-mcp#1043 and modelcontextprotocol#653. */
export const claude: ClientProfile = {
  name: 'claude',
  label: 'Claude',
  hosted: true,
  userAgents: { mcp: 'Claude-User', oauth: 'python-httpx/0.28.1' },
  clientInfo: { name: 'Anthropic/ClaudeAI', version: '1.0.0' },
  protocolVersion: '2025-11-25',
  clientDocument: { id: 'https://claude.ai/oauth/mcp-oauth-client-metadata', redirectUri: CALLBACK },
  registrations: [
    {
      label: 'as a client with a secret',
      body: { ...BODY, token_endpoint_auth_method: 'client_secret_post' },
    },
    {
      label: 'as a public client with the scope "claudeai"',
      body: { ...BODY, token_endpoint_auth_method: 'none', scope: 'claudeai' },
    },
  ],
  asksNoScope: false,
  words: {
    unreachable: '"Couldn’t reach the MCP server"; often nothing arrives in the server’s log.',
    noSignIn: 'The connector is added, but no sign-in is offered; calls fail.',
    authorization: '"Authorization with the MCP server failed".',
    registration: '"Couldn’t register with the sign-in service".',
    noTools: 'Connected, but without (some of) its tools, or every message fails.',
    later: 'It works at first; later the connector asks to be connected again, or its tools are gone.',
  },
};
