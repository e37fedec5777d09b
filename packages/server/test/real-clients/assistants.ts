import { talk2025, talk2026, type RealClient } from './real-client.ts';
import { everyScopeOf, GRANTS, nothing, PUBLIC, usual, withResource } from './usual.ts';

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

const goose = {
  ...usual,
  talk: talk2026({ name: 'goose', version: '1.30.0' }),
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

export const ASSISTANTS: readonly RealClient[] = [
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
