/** What a client has learned by the time that it asks for something. */
export interface Seen {
  /** The URL that was pasted, byte for byte. */
  typed: string;
  /** `scope` of the challenge. */
  challenged: string;
  /** What the resource's document names, if the client has read it. */
  resource?: string;
  server: ServerDocument;
}

/** Of the authorization server's document what clients use. */
export interface ServerDocument {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  registration_endpoint: string;
  scopes_supported: string[];
  token_endpoint_auth_methods_supported: string[];
  client_id_metadata_document_supported: boolean;
}

/** One HTTP request at the connector, and the status that the client can live with. */
export interface Exchange {
  method: 'POST' | 'GET' | 'DELETE';
  headers: Record<string, string>;
  body?: { method: string; [member: string]: unknown };
  status: number;
}

/** How it gets to a client id: its own document, a registration, or credentials that its user pasted. */
export type Identity =
  | { kind: 'document'; url: string; document: Record<string, unknown>; signs?: 'RS256' }
  | { kind: 'registration'; body: Record<string, unknown> & { redirect_uris: string[] }; times?: number }
  | { kind: 'pasted'; authMethod: 'none' | 'client_secret_post' | 'client_secret_basic' };

type Parameters = (seen: Seen) => Record<string, string>;

/** A program that people use, by what it is known to send (requests in order, bodies as they are). */
export interface RealClient {
  name: string;
  /** Path of the pasted URL, in which ORG is the organisation. */
  path: string;
  /** What it fetches before it knows where to sign in: POINTER is the challenge's, PATH the pasted URL's. */
  discovers: readonly string[];
  identity: Identity;
  /** The one that it uses this time, on the port that was free. */
  redirectUri: string;
  /** Beyond client, redirect URI, challenge and state. */
  authorize: Parameters;
  /** Beyond grant, client, code, redirect URI and verifier. */
  token: Parameters;
  /** Beyond grant, client and refresh token. */
  refresh: Parameters;
  /** Of its requests to the authorization server. */
  oauthHeaders: Record<string, string>;
  /** All of them, from the first to the last, once it has a token; the calls to ours come last. */
  talk: (calls: readonly ToolCall[]) => Exchange[];
  /** Each request comes from another address. */
  roams?: boolean;
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

export interface Dialect {
  protocolVersion: '2025-03-26' | '2025-06-18' | '2025-11-25';
  clientInfo: Record<string, unknown>;
  capabilities?: Record<string, unknown>;
  /** What `Accept` says; the specification asks for both types. */
  accept?: string;
  /** On every request. */
  headers?: Record<string, string>;
  /** Also sends the headers of the newest revision. */
  namesMethods?: boolean;
  /** Opens the 2025 stream, and lives with 405. */
  listens?: boolean;
  /** What it adds to each call. */
  meta?: Record<string, unknown>;
  /** Lists prompts and resources too, whatever the server declares. */
  lists?: readonly string[];
  /** Ends a session that it believes in. */
  leaves?: boolean;
}

/** The handshake and the calls of 2025's revisions. Ids begin with 0, as the SDKs count. */
export function talk2025(dialect: Dialect): RealClient['talk'] {
  const { accept = 'application/json, text/event-stream', protocolVersion, meta } = dialect;
  return (calls) => {
    let id = 0;
    const post = (method: string, params?: Record<string, unknown>, isRequest = true): Exchange => ({
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept,
        ...(method === 'initialize' || protocolVersion === '2025-03-26'
          ? {}
          : { 'mcp-protocol-version': protocolVersion }),
        ...(dialect.namesMethods === true ? { 'mcp-method': method } : {}),
        ...(dialect.namesMethods === true && typeof params?.['name'] === 'string'
          ? { 'mcp-name': params['name'] }
          : {}),
        ...dialect.headers,
      },
      body: {
        jsonrpc: '2.0',
        ...(isRequest ? { id: id++ } : {}),
        method,
        ...(params === undefined ? {} : { params }),
      },
      status: isRequest ? 200 : 202,
    });
    const bare = (method: 'GET' | 'DELETE'): Exchange => ({
      method,
      headers: {
        accept: 'text/event-stream',
        'mcp-protocol-version': protocolVersion,
        ...dialect.headers,
      },
      status: 405,
    });
    const { capabilities = {}, clientInfo } = dialect;
    return [
      post('initialize', { protocolVersion, capabilities, clientInfo }),
      post('notifications/initialized', undefined, false),
      ...(dialect.listens === true ? [bare('GET')] : []),
      ...(dialect.lists ?? ['tools/list']).map((method) => post(method)),
      ...calls.map((call) => post('tools/call', { ...call, ...(meta === undefined ? {} : { _meta: meta }) })),
      ...(dialect.leaves === true ? [bare('DELETE')] : []),
    ];
  };
}

/** The revision in which every request speaks for itself. */
export function talk2026(clientInfo: Record<string, unknown>, headers: Record<string, string> = {}) {
  const version = '2026-07-28';
  return (calls: readonly ToolCall[]): Exchange[] => {
    let id = 0;
    const post = (method: string, params: Record<string, unknown> = {}): Exchange => ({
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': version,
        'mcp-method': method,
        ...(typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {}),
        ...headers,
      },
      body: {
        jsonrpc: '2.0',
        id: id++,
        method,
        params: {
          ...params,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': version,
            'io.modelcontextprotocol/clientInfo': clientInfo,
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      },
      status: 200,
    });
    return [
      post('server/discover'),
      post('tools/list'),
      ...calls.map((call) => post('tools/call', { ...call })),
    ];
  };
}
