import { createHash, randomBytes } from 'node:crypto';
import { createPerson, type Person } from '../../src/demo/person.ts';
import { DEMO_PASSWORD } from '../../src/demo/demo-data.ts';

export const REDIRECT_URI = 'http://127.0.0.1:33418/callback';

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope: string;
}

export interface Connection {
  tokens: Tokens;
  clientId: string;
  code: string;
  verifier: string;
  resource: string;
  person: Person;
}

/** Registers a public client by hand, so that a test can send whatever it wants. */
export async function register(
  url: string,
  metadata: Record<string, unknown> = {},
): Promise<{ client_id: string }> {
  const response = await fetch(`${url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Test app',
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  });
  return (await response.json()) as { client_id: string };
}

export function newVerifier(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export function authorizeUrl(url: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams({
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    code_challenge_method: 'S256',
    state: 'st-1',
    ...parameters,
  });
  return `${url}/authorize?${query.toString()}`;
}

export function postToken(url: string, form: Record<string, string>): Promise<Response> {
  return fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(form) });
}

/** From registration to tokens, through the real pages. */
export async function connect(
  url: string,
  options: {
    email: string;
    /** Default: the demo's. */
    password?: string;
    access: 'read' | 'full';
    /** Path of the connector URL. */
    path?: string;
    organisation?: string;
    clientId?: string;
    person?: Person;
  },
): Promise<Connection> {
  const { email, password = DEMO_PASSWORD, access, path = '/mcp', organisation } = options;
  const clientId = options.clientId ?? (await register(url)).client_id;
  const { verifier, challenge } = newVerifier();
  const resource = url + path;
  const person = options.person ?? createPerson({ origins: [url] });
  const { callback } = await person.decide(
    authorizeUrl(url, { client_id: clientId, code_challenge: challenge, resource }),
    { email, password, access, ...(organisation === undefined ? {} : { organisation }) },
  );
  const code = callback.searchParams.get('code') ?? '';
  const response = await postToken(url, {
    grant_type: 'authorization_code',
    code,
    client_id: clientId,
    code_verifier: verifier,
    redirect_uri: REDIRECT_URI,
    resource,
  });
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
  return { tokens: (await response.json()) as Tokens, clientId, code, verifier, resource, person };
}

export function refresh(
  url: string,
  clientId: string,
  refreshToken: string,
  more: Record<string, string> = {},
) {
  return postToken(url, {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken,
    ...more,
  });
}

/** One JSON-RPC request at the MCP door, as a 2025-11-25 client sends it. */
export function rpc(
  url: string,
  credential: Record<string, string>,
  method: string,
  params: Record<string, unknown> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      ...credential,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}
