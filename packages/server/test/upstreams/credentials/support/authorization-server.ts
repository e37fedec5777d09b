import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Code {
  client: string;
  redirectUri: string;
  challenge: string;
  resource: string | null;
  scope: string | null;
  account: string;
}

interface Family {
  account: string;
  client: string;
  resource: string | null;
  refresh: string;
  spent: Set<string>;
  access: Set<string>;
  isEnded: boolean;
}

/** What a test may bend. */
export interface Bends {
  metadata: Record<string, unknown>;
  resource: Record<string, unknown>;
  /** Of `iss` in the answer; undefined: as it should be, null: none. */
  iss: string | null | undefined;
  /** The person says no. */
  denies: boolean;
  expiresIn: number | undefined;
  withoutRefresh: boolean;
  /** Answers the token endpoint instead of it. */
  token: ((form: URLSearchParams, res: ServerResponse) => void) | undefined;
  revocationStatus: number;
}

/**
 * A service with an authorization server of its own, as an MCP server or an API of today has it: RFC 9728, 8414, 7591,
 * 9207, 7009, PKCE, rotating refresh tokens that end their family when one is used twice. It believes everybody: whose
 * account it is, is said by `account`.
 */
export async function startService({ account = 'ada' } = {}) {
  const clients = new Map<string, { secret: string | undefined; redirectUris: string[] }>();
  const codes = new Map<string, Code>();
  const families: Family[] = [];
  const seen = {
    authorize: [] as URLSearchParams[],
    token: [] as { form: URLSearchParams; authorization: string | undefined }[],
    revoke: [] as { form: URLSearchParams; authorization: string | undefined }[],
    register: [] as Record<string, unknown>[],
    api: [] as { url: string; authorization: string | undefined }[],
  };
  const bends: Bends = {
    metadata: {},
    resource: {},
    iss: undefined,
    denies: false,
    expiresIn: 3600,
    withoutRefresh: false,
    token: undefined,
    revocationStatus: 200,
  };
  const who = { account };
  const issued: string[] = [];
  const secret = (kind: string): string => {
    const made = `${kind}-${randomBytes(18).toString('hex')}`;
    issued.push(made);
    return made;
  };

  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => answer(req, res, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const resource = `${url}/v1`;

  function answer(req: IncomingMessage, res: ServerResponse, body: string): void {
    const target = new URL(req.url ?? '/', url);
    const { authorization } = req.headers;
    switch (`${req.method} ${target.pathname}`) {
      case 'GET /.well-known/oauth-protected-resource/v1':
        return json(res, 200, {
          resource,
          authorization_servers: [url],
          scopes_supported: ['files'],
          ...bends.resource,
        });
      case 'GET /.well-known/oauth-authorization-server':
        return json(res, 200, {
          issuer: url,
          authorization_endpoint: `${url}/authorize?prompt=consent`,
          token_endpoint: `${url}/token`,
          revocation_endpoint: `${url}/revoke`,
          registration_endpoint: `${url}/register`,
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
          ...bends.metadata,
        });
      case 'POST /register': {
        const metadata = JSON.parse(body) as { redirect_uris: string[] };
        seen.register.push(metadata);
        const client_id = `client-${clients.size}`;
        const client_secret = secret('client-secret');
        clients.set(client_id, { secret: client_secret, redirectUris: metadata.redirect_uris });
        return json(res, 201, { ...metadata, client_id, client_secret, client_secret_expires_at: 0 });
      }
      case 'GET /authorize':
        return authorize(target.searchParams, res);
      case 'POST /token': {
        const form = new URLSearchParams(body);
        seen.token.push({ form, authorization });
        return bends.token === undefined ? token(form, authorization, res) : bends.token(form, res);
      }
      case 'POST /revoke': {
        const form = new URLSearchParams(body);
        seen.revoke.push({ form, authorization });
        const value = form.get('token') ?? '';
        if (bends.revocationStatus === 200) {
          for (const family of families)
            if (family.refresh === value || family.access.has(value)) family.isEnded = true;
        }
        return void res.writeHead(bends.revocationStatus).end();
      }
      default: {
        seen.api.push({ url: target.pathname + target.search, authorization });
        const value = authorization?.replace(/^Bearer /, '') ?? '';
        const family = families.find(({ access, isEnded }) => !isEnded && access.has(value));
        if (family !== undefined)
          return json(
            res,
            200,
            isMcp(req, target) ? mcpAnswer(body, family.account) : { account: family.account },
          );
        res.setHeader(
          'www-authenticate',
          `Bearer resource_metadata="${url}/.well-known/oauth-protected-resource/v1"`,
        );
        return json(res, 401, { error: 'invalid_token' });
      }
    }
  }

  function authorize(query: URLSearchParams, res: ServerResponse): void {
    seen.authorize.push(query);
    const client = clients.get(query.get('client_id') ?? '');
    const redirectUri = query.get('redirect_uri') ?? '';
    if (client !== undefined && !client.redirectUris.includes(redirectUri)) return json(res, 400, {});
    const back = new URL(redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    if (bends.iss !== null) back.searchParams.set('iss', bends.iss ?? url);
    if (bends.denies) back.searchParams.set('error', 'access_denied');
    else {
      const code = secret('code');
      codes.set(code, {
        client: query.get('client_id') ?? '',
        redirectUri,
        challenge: query.get('code_challenge') ?? '',
        resource: query.get('resource'),
        scope: query.get('scope'),
        account: who.account,
      });
      back.searchParams.set('code', code);
    }
    res.writeHead(302, { location: back.href }).end();
  }

  function token(form: URLSearchParams, authorization: string | undefined, res: ServerResponse): void {
    const client = clientOf(form, authorization);
    if (client === undefined) return json(res, 401, { error: 'invalid_client' });
    const refuse = () => json(res, 400, { error: 'invalid_grant', error_description: 'no' });
    if (form.get('grant_type') === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      const isRight =
        code !== undefined &&
        code.client === client &&
        code.redirectUri === form.get('redirect_uri') &&
        code.challenge === challenge &&
        code.resource === form.get('resource');
      if (!isRight) return refuse();
      const family: Family = {
        account: code.account,
        client,
        resource: code.resource,
        refresh: '',
        spent: new Set(),
        access: new Set(),
        isEnded: false,
      };
      families.push(family);
      return issue(family, res);
    }
    const presented = form.get('refresh_token') ?? '';
    const family = families.find(({ refresh, spent }) => refresh === presented || spent.has(presented));
    if (family === undefined || family.isEnded || family.client !== client) return refuse();
    if (family.spent.has(presented)) {
      family.isEnded = true;
      return refuse();
    }
    if (family.resource !== form.get('resource')) return json(res, 400, { error: 'invalid_target' });
    family.spent.add(presented);
    family.access.clear();
    return issue(family, res);
  }

  function issue(family: Family, res: ServerResponse): void {
    family.refresh = secret('refresh');
    const access = secret('access');
    family.access.add(access);
    json(res, 200, {
      access_token: access,
      token_type: 'bearer',
      ...(bends.expiresIn === undefined ? {} : { expires_in: bends.expiresIn }),
      ...(bends.withoutRefresh ? {} : { refresh_token: family.refresh }),
    });
  }

  function clientOf(form: URLSearchParams, authorization: string | undefined): string | undefined {
    const [id = '', given] =
      authorization === undefined
        ? [form.get('client_id') ?? '', form.get('client_secret') ?? undefined]
        : Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
            .toString('utf8')
            .split(':')
            .map(decodeURIComponent);
    const client = clients.get(id);
    return client === undefined || client.secret !== given ? undefined : id;
  }

  return {
    url,
    /** The base URL of its API, and what tokens are asked for. */
    resource,
    seen,
    bends,
    /** Whose account it is that signs in now. */
    who,
    clients,
    families,
    /** Every code, token and client secret that it ever gave out. */
    issued,
    /** As if the access tokens had been withdrawn, and nothing else. */
    dropAccessTokens: () => families.forEach(({ access }) => access.clear()),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An API with one read operation and one that changes something. */
export const SERVICE_DOCUMENT = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Drive', version: '1' },
  components: { securitySchemes: { oauth: { type: 'http', scheme: 'bearer' } } },
  security: [{ oauth: [] }],
  paths: {
    '/files': {
      get: { operationId: 'list_files', responses: { '200': { description: 'Files.' } } },
      post: { operationId: 'make_file', responses: { '200': { description: 'Made.' } } },
    },
  },
});

/** It is an MCP server, too, where a message is posted. */
function isMcp({ method }: IncomingMessage, { pathname }: URL): boolean {
  return method === 'POST' && pathname === '/v1';
}

function mcpAnswer(body: string, account: string): object {
  const { id = null, method } = JSON.parse(body) as { id?: number; method?: string };
  const tool = { name: 'whoami', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'service', version: '1' },
    },
    'tools/list': { tools: [tool] },
    'tools/call': { content: [{ type: 'text', text: account }] },
  };
  const result = results[method ?? ''];
  return result === undefined
    ? { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }
    : { jsonrpc: '2.0', id, result };
}
