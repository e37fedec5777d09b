import { talk2025, talk2026, type Dialect, type RealClient, type Seen } from './real-client.ts';

const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
const AGENT = { 'user-agent': 'Claude-User' };

const scopeOf = ({ challenged }: Seen) => `${challenged} offline_access`;
const resourceOf = ({ resource, typed }: Seen) => resource ?? typed;

/** The hosted runtime: claude.ai, Desktop, mobile and Cowork are one. It keeps no session, or makes one up. */
const hosted: Dialect = {
  protocolVersion: '2025-11-25',
  clientInfo: { name: 'Anthropic/ClaudeAI', version: '1.0.0' },
  accept: '*/*',
  headers: { ...AGENT, 'mcp-session-id': 'one-that-ended-with-a-restart' },
  lists: ['tools/list'],
};

const claude = {
  path: '/mcp/ORG',
  discovers: ['POINTER', '/.well-known/oauth-authorization-server'],
  redirectUri: CALLBACK,
  authorize: (seen) => ({ scope: scopeOf(seen), resource: resourceOf(seen) }),
  token: (seen) => ({ resource: resourceOf(seen) }),
  refresh: (seen) => ({ resource: resourceOf(seen) }),
  oauthHeaders: { 'user-agent': 'python-httpx/0.28.1' },
  talk: talk2025(hosted),
  roams: true,
} satisfies Partial<RealClient>;

const registered = {
  client_name: 'Claude',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_post',
  redirect_uris: [CALLBACK],
};

const claudeCode = {
  path: '/mcp/ORG',
  discovers: ['POINTER', '/.well-known/oauth-authorization-server'],
  redirectUri: 'http://localhost:3118/callback',
  authorize: (seen) => ({ resource: resourceOf(seen) }),
  token: (seen) => ({ resource: resourceOf(seen) }),
  refresh: (seen) => ({ resource: resourceOf(seen) }),
  oauthHeaders: { 'user-agent': 'claude-code/2.1.84 (cli)' },
  talk: talk2025({
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'claude-code', title: 'Claude Code', version: '2.1.84' },
    capabilities: { roots: {}, elicitation: {} },
    headers: { 'user-agent': 'claude-code/2.1.84 (cli)' },
    listens: true,
    lists: ['tools/list'],
    meta: { 'claudecode/toolUseId': 'toolu_01', progressToken: 2 },
    leaves: true,
  }),
} satisfies Partial<RealClient>;

export const CLAUDE: readonly RealClient[] = [
  {
    ...claude,
    name: 'Claude, by its document',
    identity: {
      kind: 'document',
      url: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      document: {
        client_name: 'Claude',
        client_uri: 'https://claude.ai',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
  },
  {
    ...claude,
    name: 'Claude, registering twice in a moment for client_secret_post',
    identity: { kind: 'registration', body: registered, times: 2 },
  },
  {
    ...claude,
    name: 'Claude, older: public, scope claudeai, no pointer read, resource with a slash, initialize 2025-06-18',
    discovers: ['/.well-known/oauth-protected-resourcePATH', '/.well-known/openid-configuration'],
    identity: {
      kind: 'registration',
      body: { ...registered, client_name: 'claudeai', token_endpoint_auth_method: 'none', scope: 'claudeai' },
    },
    authorize: (seen) => ({ scope: 'claudeai', resource: `${resourceOf(seen)}/` }),
    token: (seen) => ({ resource: `${resourceOf(seen)}/` }),
    refresh: () => ({}),
    talk: talk2025({
      ...hosted,
      protocolVersion: '2025-06-18',
      clientInfo: { name: 'Anthropic', version: '1' },
    }),
  },
  {
    ...claude,
    name: 'Claude, with a client id and secret that its user pasted',
    identity: { kind: 'pasted', authMethod: 'client_secret_post' },
    // It does not ask for offline_access here.
    authorize: (seen) => ({ scope: seen.challenged, resource: resourceOf(seen) }),
  },
  {
    ...claude,
    name: 'Claude, at the other of its two domains',
    identity: {
      kind: 'registration',
      body: { ...registered, redirect_uris: [CALLBACK, 'https://claude.com/api/mcp/auth_callback'] },
    },
    redirectUri: 'https://claude.com/api/mcp/auth_callback',
  },
  {
    ...claude,
    name: 'Claude, with paths of its own invention at the origin',
    discovers: [],
    identity: { kind: 'registration', body: registered },
  },
  {
    ...claude,
    name: 'Claude, at the URL that ends in /sse',
    path: '/mcp/ORG/sse',
    identity: { kind: 'registration', body: registered },
  },
  {
    ...claude,
    name: 'Claude, beginning with server/discover',
    identity: { kind: 'registration', body: registered },
    talk: talk2026({ name: 'Anthropic/ClaudeAI', version: '1.0.0' }, AGENT),
  },
  {
    ...claudeCode,
    name: 'Claude Code, by its document, on a port of its own, without a scope',
    identity: {
      kind: 'document',
      url: 'https://claude.ai/oauth/claude-code-client-metadata',
      document: {
        client_name: 'Claude Code',
        client_uri: 'https://claude.ai',
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
  },
  {
    ...claudeCode,
    name: 'Claude Code, registered, on another port than it registered, with offline_access unasked',
    identity: {
      kind: 'registration',
      body: {
        client_name: 'Claude Code (reelport)',
        redirect_uris: ['http://localhost:54212/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    authorize: (seen) => ({ scope: scopeOf(seen), prompt: 'consent', resource: resourceOf(seen) }),
  },
  {
    ...claudeCode,
    name: 'Claude Code, with --client-id, --client-secret and --callback-port',
    identity: { kind: 'pasted', authMethod: 'client_secret_basic' },
    redirectUri: 'http://localhost:8080/callback',
  },
];
