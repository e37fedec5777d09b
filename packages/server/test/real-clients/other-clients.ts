import { talk2025, talk2026, type Dialect, type RealClient, type Seen } from './real-client.ts';

const GRANTS = ['authorization_code', 'refresh_token'];
const PUBLIC = { grant_types: GRANTS, response_types: ['code'], token_endpoint_auth_method: 'none' };

const resourceOf = ({ resource, typed }: Seen) => resource ?? typed;
const withResource = (seen: Seen) => ({ resource: resourceOf(seen) });
const nothing = () => ({});
const everyScopeOf = ({ server }: Seen) => server.scopes_supported.join(' ');

/** What the SDKs do, on which most of these are built; each says where it differs. */
const usual = {
  path: '/mcp/ORG',
  discovers: ['POINTER', '/.well-known/oauth-authorization-server'],
  authorize: (seen) => ({ scope: seen.challenged, ...withResource(seen) }),
  token: withResource,
  refresh: withResource,
  oauthHeaders: {},
} satisfies Partial<RealClient>;

const chatGpt = {
  ...usual,
  redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect',
  authorize: (seen) => ({ scope: everyScopeOf(seen), ...withResource(seen) }),
  oauthHeaders: { 'user-agent': 'Python/3.12 aiohttp/3.9.5' },
  talk: talk2025({
    protocolVersion: '2025-06-18',
    clientInfo: { name: 'openai-mcp', version: '1.0.0' },
    headers: { 'user-agent': 'openai-mcp/1.0.0' },
    meta: { 'openai/locale': 'en-US', 'openai/userAgent': 'ChatGPT/1.2025', 'openai/subject': 'v1/abc' },
  }),
} satisfies Partial<RealClient>;
const chatGptDocument = {
  client_name: 'ChatGPT',
  client_uri: 'https://chatgpt.com',
  redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
  grant_types: GRANTS,
  response_types: ['code'],
  token_endpoint_auth_signing_alg: 'RS256',
};

const codex = {
  ...usual,
  discovers: ['/.well-known/oauth-authorization-serverPATH'],
  redirectUri: 'http://127.0.0.1:49321/callback',
  authorize: (seen) => ({ scope: everyScopeOf(seen) }),
  token: nothing,
  refresh: nothing,
  talk: talk2025({
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'codex-mcp-client', title: 'Codex', version: '0.60.0' },
    capabilities: { elicitation: {} },
  }),
} satisfies Partial<RealClient>;
const codexMetadata = {
  client_name: 'Codex',
  redirect_uris: ['http://127.0.0.1:49321/callback'],
  ...PUBLIC,
};

const vsCode = {
  ...usual,
  redirectUri: 'http://127.0.0.1:50123/',
  oauthHeaders: { 'user-agent': 'Visual Studio Code/1.120.0' },
  talk: talk2025({
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'Visual Studio Code', version: '1.120.0' },
    capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
    listens: true,
    meta: { progressToken: '5f0c', 'vscode.conversationId': 'c1', 'vscode.requestId': 'r1' },
  }),
} satisfies Partial<RealClient>;
const vsCodeMetadata = {
  client_name: 'Visual Studio Code',
  client_uri: 'https://code.visualstudio.com',
  response_types: ['code'],
  redirect_uris: [
    'https://insiders.vscode.dev/redirect',
    'https://vscode.dev/redirect',
    'http://127.0.0.1/',
    'http://127.0.0.1:33418/',
  ],
  grant_types: [...GRANTS, 'urn:ietf:params:oauth:grant-type:device_code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
};

const cursor = {
  ...usual,
  redirectUri: 'cursor://anysphere.cursor-mcp/oauth/callback',
  identity: {
    kind: 'registration',
    body: {
      client_name: 'Cursor',
      application_type: 'web',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      ...PUBLIC,
    },
  },
  oauthHeaders: { 'user-agent': 'Cursor/2.6.0' },
  talk: talk2025({
    protocolVersion: '2025-06-18',
    clientInfo: { name: 'cursor-vscode', version: '1.0.0' },
    // Booleans, where the schema has objects.
    capabilities: {
      tools: true,
      prompts: true,
      resources: true,
      logging: false,
      roots: { listChanged: false },
    },
    headers: { 'user-agent': 'Cursor/2.6.0' },
    listens: true,
  }),
} satisfies Partial<RealClient>;

const gemini = {
  ...usual,
  identity: {
    kind: 'registration',
    body: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:39121/oauth/callback'],
      ...PUBLIC,
      scope: '',
    },
  },
  redirectUri: 'http://localhost:7777/oauth/callback',
  authorize: withResource,
  refresh: withResource,
  talk: talk2025({
    protocolVersion: '2025-06-18',
    clientInfo: { name: 'gemini-cli-mcp-client-reelport', version: '0.0.1' },
    capabilities: { roots: { listChanged: true } },
    listens: true,
  }),
} satisfies Partial<RealClient>;

const zed = {
  ...usual,
  redirectUri: 'http://127.0.0.1:40001/callback',
  talk: talk2025({
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'Zed', version: '0.210.0' },
    listens: true,
  }),
} satisfies Partial<RealClient>;

const inspectorDialect: Dialect = {
  protocolVersion: '2025-11-25',
  clientInfo: { name: 'inspector-client', version: '2.12.0' },
  capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } },
  headers: { origin: 'http://localhost:6274' },
  listens: true,
  meta: { progressToken: 0 },
};
const inspector = {
  ...usual,
  redirectUri: 'http://localhost:6274/oauth/callback',
  authorize: (seen) => ({ scope: '', ...withResource(seen) }),
  // It is a page: it needs to be allowed to read each answer.
  oauthHeaders: { origin: 'http://localhost:6274' },
} satisfies Partial<RealClient>;
const inspectorMetadata = {
  client_name: 'MCP Inspector',
  client_uri: 'https://github.com/modelcontextprotocol/inspector',
  redirect_uris: ['http://localhost:6274/oauth/callback'],
  ...PUBLIC,
};

const goose = {
  ...usual,
  talk: talk2026({ name: 'goose', version: '1.30.0' }),
} satisfies Partial<RealClient>;

const mcpRemote = {
  ...usual,
  identity: {
    kind: 'registration',
    body: {
      client_name: 'MCP CLI Client',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      redirect_uris: ['http://localhost:9696/oauth/callback'],
      ...PUBLIC,
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
    },
  },
  redirectUri: 'http://localhost:9696/oauth/callback',
  authorize: (seen) => ({ scope: everyScopeOf(seen), prompt: 'consent', ...withResource(seen) }),
  talk: talk2025({
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'claude-ai (via mcp-remote 0.15.1)', version: '0.1.0' },
    listens: true,
    namesMethods: true,
  }),
} satisfies Partial<RealClient>;

const openCode = {
  ...usual,
  redirectUri: 'http://127.0.0.1:19876/mcp/oauth/callback',
  talk: talk2025({
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'opencode', version: '1.2.0' },
    listens: true,
  }),
} satisfies Partial<RealClient>;
const openCodeMetadata = {
  client_name: 'OpenCode',
  client_uri: 'https://opencode.ai',
  redirect_uris: ['http://127.0.0.1:19876/mcp/oauth/callback', 'http://localhost/callback'],
  ...PUBLIC,
};

export const OTHERS: readonly RealClient[] = [
  {
    ...chatGpt,
    name: 'ChatGPT, by its document, with a key that it publishes',
    identity: {
      kind: 'document',
      url: 'https://chatgpt.com/oauth/client.json',
      document: { ...chatGptDocument, token_endpoint_auth_method: 'private_key_jwt' },
      signs: 'RS256',
    },
  },
  {
    ...chatGpt,
    name: 'ChatGPT, by a document of this connector, public',
    identity: {
      kind: 'document',
      url: 'https://chatgpt.com/oauth/connector-7f3a/client.json',
      document: { ...chatGptDocument, token_endpoint_auth_method: 'none' },
    },
  },
  {
    ...chatGpt,
    name: 'ChatGPT, registered for every scope, with a place of its own',
    redirectUri: 'https://chatgpt.com/connector/oauth/7f3a9c',
    identity: {
      kind: 'registration',
      body: {
        client_name: 'ChatGPT',
        redirect_uris: ['https://chatgpt.com/connector/oauth/7f3a9c'],
        ...PUBLIC,
      },
    },
  },
  {
    ...codex,
    name: 'Codex, which registers without having read the pointer',
    identity: { kind: 'registration', body: codexMetadata },
  },
  {
    ...codex,
    name: 'Codex, by its document',
    discovers: ['POINTER', '/.well-known/oauth-authorization-serverPATH'],
    identity: { kind: 'document', url: 'https://codex.test/client.json', document: codexMetadata },
    authorize: (seen) => ({ scope: everyScopeOf(seen), ...withResource(seen) }),
    token: withResource,
    refresh: withResource,
  },
  {
    ...vsCode,
    name: 'VS Code, by its document',
    identity: {
      kind: 'document',
      url: 'https://vscode.dev/oauth/client-metadata.json',
      document: vsCodeMetadata,
    },
  },
  {
    ...vsCode,
    name: 'VS Code, registered, while its usual port is taken',
    identity: { kind: 'registration', body: { ...vsCodeMetadata, scope: 'mcp:read mcp:call' } },
  },
  {
    ...vsCode,
    name: 'VS Code in a browser',
    identity: { kind: 'registration', body: vsCodeMetadata },
    redirectUri: 'https://vscode.dev/redirect',
  },
  {
    ...vsCode,
    name: 'Copilot CLI, which declares one port and uses another',
    identity: {
      kind: 'registration',
      body: { client_name: 'GitHub Copilot CLI', redirect_uris: ['http://127.0.0.1:33418/'], ...PUBLIC },
    },
    redirectUri: 'http://127.0.0.1:61777/',
  },
  { ...cursor, name: 'Cursor, back into the app' },
  {
    ...cursor,
    name: 'Cursor’s agents on the web',
    redirectUri: 'https://www.cursor.com/agents/mcp/oauth/callback',
  },
  { ...cursor, name: 'Cursor, back to a port', redirectUri: 'http://localhost:8787/callback' },
  { ...gemini, name: 'Gemini CLI, without a scope, on another port' },
  { ...gemini, name: 'Gemini CLI, of whose URL the slash is part', path: '/mcp/ORG/' },
  {
    ...gemini,
    name: 'Antigravity',
    identity: {
      kind: 'registration',
      body: {
        client_name: 'Antigravity MCP Client',
        redirect_uris: ['https://antigravity.google/oauth-callback'],
        ...PUBLIC,
      },
    },
    redirectUri: 'https://antigravity.google/oauth-callback',
  },
  {
    ...inspector,
    name: 'Inspector, a page, with an empty scope',
    identity: {
      kind: 'registration',
      body: { ...inspectorMetadata, application_type: 'native', scope: '' },
    },
    talk: talk2025(inspectorDialect),
  },
  {
    ...inspector,
    name: 'Inspector, by a document that its user names, speaking the newest revision',
    identity: {
      kind: 'document',
      url: 'https://inspector.test/client.json',
      document: inspectorMetadata,
    },
    talk: talk2026({ name: 'inspector-client', version: '2.12.0' }, { origin: 'http://localhost:6274' }),
  },
  {
    ...goose,
    name: 'Goose, by its document, on IPv6',
    identity: {
      kind: 'document',
      url: 'https://goose-docs.ai/oauth/client-metadata.json',
      document: {
        client_name: 'goose',
        redirect_uris: ['http://127.0.0.1/oauth_callback', 'http://[::1]/oauth_callback'],
        token_endpoint_auth_method: 'none',
      },
    },
    redirectUri: 'http://[::1]:8123/oauth_callback',
  },
  {
    ...goose,
    name: 'Goose, registered, speaking 2025-11-25',
    identity: {
      kind: 'registration',
      body: { client_name: 'goose', redirect_uris: ['http://127.0.0.1:0/oauth_callback'] },
    },
    redirectUri: 'http://127.0.0.1:51999/oauth_callback',
    talk: talk2025({ protocolVersion: '2025-11-25', clientInfo: { name: 'goose', version: '1.30.0' } }),
  },
  {
    ...zed,
    name: 'Zed, by its document, naming the resource at each step',
    identity: {
      kind: 'document',
      url: 'https://zed.dev/oauth/client-metadata.json',
      document: { client_name: 'Zed', redirect_uris: ['http://127.0.0.1/callback'], ...PUBLIC },
    },
  },
  {
    ...zed,
    name: 'Zed, registered, speaking 2025-03-26',
    identity: {
      kind: 'registration',
      body: { client_name: 'Zed', redirect_uris: ['http://127.0.0.1:40001/callback'], ...PUBLIC },
    },
    talk: talk2025({ protocolVersion: '2025-03-26', clientInfo: { name: 'Zed', version: '0.190.0' } }),
  },
  { ...mcpRemote, name: 'mcp-remote, naming methods in headers on 2025 requests' },
  {
    ...mcpRemote,
    name: 'mcp-remote, by a document that its user names',
    identity: {
      kind: 'document',
      url: 'https://mcp-remote.test/client.json',
      document: {
        client_name: 'MCP CLI Client',
        redirect_uris: ['http://localhost/oauth/callback'],
        ...PUBLIC,
      },
    },
  },
  {
    ...mcpRemote,
    name: 'mcp-remote 0.1.38 with --disable-resource-parameter, at /mcp',
    path: '/mcp',
    discovers: ['/.well-known/oauth-protected-resource', '/.well-known/oauth-authorization-server'],
    authorize: () => ({ scope: 'openid email profile' }),
    token: nothing,
    refresh: nothing,
  },
  {
    ...usual,
    name: 'Warp, without a resource',
    path: '/mcp',
    identity: {
      kind: 'registration',
      body: {
        client_name: 'Warp',
        redirect_uris: ['warp://mcp/oauth2callback'],
        ...PUBLIC,
        software_id: 'warp',
        contacts: null,
      },
    },
    redirectUri: 'warp://mcp/oauth2callback',
    authorize: (seen) => ({ scope: seen.challenged }),
    token: nothing,
    refresh: nothing,
    talk: talk2025({ protocolVersion: '2025-03-26', clientInfo: { name: 'Warp', version: '1.0.0' } }),
  },
  {
    ...openCode,
    name: 'opencode, registered, which probes the appended place',
    discovers: ['POINTER', 'PATH/.well-known/openid-configuration'],
    identity: { kind: 'registration', body: openCodeMetadata },
  },
  {
    ...openCode,
    name: 'opencode, by a document, on its other path',
    identity: { kind: 'document', url: 'https://opencode.test/client.json', document: openCodeMetadata },
    redirectUri: 'http://localhost:20111/callback',
  },
];
