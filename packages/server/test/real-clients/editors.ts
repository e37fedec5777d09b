import { talk2025, type RealClient } from './real-client.ts';
import { GRANTS, PUBLIC, usual } from './usual.ts';

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

const zed = {
  ...usual,
  redirectUri: 'http://127.0.0.1:40001/callback',
  talk: talk2025({
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'Zed', version: '0.210.0' },
    listens: true,
  }),
} satisfies Partial<RealClient>;

export const EDITORS: readonly RealClient[] = [
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
];
