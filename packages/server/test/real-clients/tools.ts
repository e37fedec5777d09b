import { talk2025, talk2026, type Dialect, type RealClient } from './real-client.ts';
import { everyScopeOf, nothing, PUBLIC, usual, withResource } from './usual.ts';

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

export const TOOLS: readonly RealClient[] = [
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
];
