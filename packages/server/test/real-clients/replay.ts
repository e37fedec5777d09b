import { expect } from 'vitest';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { Agent, fetch as fetchFrom } from 'undici';
import type { DocumentHost } from '../client-documents/support/document-host.ts';
import { returnUrl } from '../oauth/support/browser.ts';
import type { Workshop } from '../oauth/support/machines.ts';
import type { Member, World } from '../oauth/support/world.ts';
import { newVerifier, type Tokens } from '../support/oauth-client.ts';
import type { Exchange, RealClient, Seen, ServerDocument, ToolCall } from './real-client.ts';

/** Where clients live in a test: the service, the internet with their documents, an organisation and its people. */
export interface Surroundings {
  world: World;
  internet: DocumentHost;
  workshop: Workshop;
  member: Member;
  /** Of clients that sign: they publish one key for all their users. */
  keys: Map<string, ReturnType<typeof publishKey>>;
}

type Json = Record<string, unknown>;
type Send = (target: string, init?: { method?: string; headers?: Json; body?: string }) => Promise<Response>;

interface Account {
  clientId: string;
  /** The client's authentication, as parts of a form and headers. */
  proof(): Promise<{ form: Record<string, string>; headers: Record<string, string> }>;
}

/** Connects a client as its users do, and answers with what it has to go on with. */
export async function connectAs(client: RealClient, surroundings: Surroundings) {
  const { world, workshop, member } = surroundings;
  const typed = world.url + client.path.replace('ORG', workshop.organisation.slug);
  const send = createSend(client);
  const seen = await discover(client, typed, send);
  const account = await identify(client, seen, surroundings, send);

  const { verifier, challenge } = newVerifier();
  const state = crypto.randomUUID();
  const authorize = new URL(seen.server.authorization_endpoint);
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: account.clientId,
    redirect_uri: client.redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state,
    ...client.authorize(seen),
  }).toString();
  const { fields } = await member.browser.open(authorize.href);
  const { slug: organisation } = workshop.organisation;
  const answer = await member.browser.decide(fields, { access: 'full', organisation, decision: 'allow' });
  const callback = returnUrl(answer);
  expect(callback.href.startsWith(`${client.redirectUri}?`)).toBe(true);
  expect(callback.searchParams.get('state')).toBe(state);
  // Several refuse an answer without it because the metadata promises it (RFC 9207).
  expect(callback.searchParams.get('iss')).toBe(seen.server.issuer);

  async function ask(form: Record<string, string>): Promise<Response> {
    const proof = await account.proof();
    return send(seen.server.token_endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...client.oauthHeaders,
        ...proof.headers,
      },
      body: new URLSearchParams({ ...form, ...proof.form }).toString(),
    });
  }
  const tokens = await tokensOf(
    await ask({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: client.redirectUri,
      code_verifier: verifier,
      ...client.token(seen),
    }),
  );

  return {
    typed,
    tokens,
    refresh: async ({ refresh_token }: Tokens) =>
      tokensOf(await ask({ grant_type: 'refresh_token', refresh_token, ...client.refresh(seen) })),
    /** Sends the client's requests in its order; answers with what each tool call came to. */
    speak: (credential: Record<string, string>, calls: readonly ToolCall[]) =>
      speak(client.talk(calls), typed, credential, send),
  };
}

/** Each request of a client that lives in a data centre leaves by another address. */
function createSend({ roams, oauthHeaders }: Pick<RealClient, 'roams' | 'oauthHeaders'>): Send {
  const origin = oauthHeaders['origin'];
  let last = 1;
  return async (target, { method = 'GET', headers = {}, body } = {}) => {
    const init = {
      method,
      headers: { ...(headers as Record<string, string>), ...(origin === undefined ? {} : { origin }) },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual' as const,
    };
    // Only Linux has all of 127.0.0.0/8 without being told.
    if (roams !== true || process.platform !== 'linux') {
      const response = await fetch(target, init);
      // A page in a browser would see nothing else.
      if (origin !== undefined) expect(response.headers.get('access-control-allow-origin')).toBe('*');
      return response;
    }
    last += 1;
    const agent = new Agent({ localAddress: `127.0.0.${last}` });
    const address = new URL(target);
    address.hostname = '127.0.0.1';
    const response = await fetchFrom(address, { ...init, dispatcher: agent });
    const text = await response.text();
    await agent.close();
    return new Response(text === '' ? null : text, {
      status: response.status,
      headers: [...response.headers],
    });
  };
}

async function discover(client: RealClient, typed: string, send: Send): Promise<Seen> {
  const [hello] = client.talk([]);
  const refused = await send(typed, toInit(hello));
  expect(refused.status).toBe(401);
  const challenge = refused.headers.get('www-authenticate') ?? '';
  const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const { origin, pathname } = new URL(typed);
  let resource: { resource: string; authorization_servers: string[] } | undefined;
  let server: ServerDocument | undefined;
  for (const probe of client.discovers) {
    const target = probe === 'POINTER' ? part('resource_metadata') : origin + probe.replace('PATH', pathname);
    const response = await send(target, { headers: { accept: 'application/json', ...client.oauthHeaders } });
    expect([probe, response.status]).toEqual([probe, 200]);
    const document: unknown = await response.json();
    if (target.includes('oauth-protected-resource')) resource = document as typeof resource;
    else server = document as ServerDocument;
  }
  // Many compare the bytes; those that skip the resource's document take the origin for the issuer.
  server ??= atUsualPlaces(origin);
  if (server.issuer !== origin) throw new Error(`the issuer is ${server.issuer}`);
  if (resource !== undefined) {
    expect(resource).toMatchObject({ resource: typed, authorization_servers: [server.issuer] });
  }
  return { typed, challenged: part('scope'), server, ...(resource && { resource: resource.resource }) };
}

/** Who finds no metadata takes the paths of the first revision's specification (2025-03-26). */
const atUsualPlaces = (origin: string): ServerDocument => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
  scopes_supported: [],
  token_endpoint_auth_methods_supported: [],
  client_id_metadata_document_supported: false,
});

async function identify(
  client: RealClient,
  seen: Seen,
  { internet, keys, workshop }: Surroundings,
  send: Send,
): Promise<Account> {
  const { identity } = client;
  const supported = seen.server.token_endpoint_auth_methods_supported;
  if (identity.kind === 'document') {
    expect(seen.server.client_id_metadata_document_supported).toBe(true);
    expect(supported).toContain('none');
    const { signs, url } = identity;
    if (signs !== undefined && !keys.has(url)) keys.set(url, publishKey(internet, url, signs));
    const key = await keys.get(url);
    internet.publish(
      url,
      { client_id: url, ...identity.document, ...key?.members },
      { 'cache-control': 'max-age=300' },
    );
    return {
      clientId: url,
      proof: async () =>
        key === undefined
          ? { form: { client_id: url }, headers: {} }
          : { form: await key.sign(seen.server.token_endpoint), headers: {} },
    };
  }
  if (identity.kind === 'pasted') {
    const body = { auth_method: identity.authMethod, redirect_uris: [client.redirectUri] };
    return proving(await workshop.newClient(body), identity.authMethod);
  }
  const registered: Json[] = [];
  for (let time = 0; time < (identity.times ?? 1); time += 1) {
    const response = await send(seen.server.registration_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...client.oauthHeaders },
      body: JSON.stringify(identity.body),
    });
    expect(response.status).toBe(201);
    registered.push((await response.json()) as Json);
  }
  const answer = registered.at(-1) ?? {};
  expect(answer['redirect_uris']).toEqual(identity.body.redirect_uris);
  // ChatGPT turns away from an answer without the second.
  expect(answer['grant_types']).toEqual(['authorization_code', 'refresh_token']);
  const method = answer['token_endpoint_auth_method'];
  expect(method).toBe(identity.body['token_endpoint_auth_method'] ?? 'none');
  return proving(answer, String(method));
}

function proving(answer: { client_id?: unknown; client_secret?: unknown }, method: string): Account {
  const [id, secret] = [String(answer.client_id), String(answer.client_secret)];
  const basic = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
  return {
    clientId: id,
    proof: async () => ({
      form: {
        ...(method === 'client_secret_basic' ? {} : { client_id: id }),
        ...(method === 'client_secret_post' ? { client_secret: secret } : {}),
      },
      headers: method === 'client_secret_basic' ? { authorization: basic } : ({} as Record<string, string>),
    }),
  };
}

/** A key set of the client's own, and what it signs with the private half (RFC 7523 section 3). */
async function publishKey(internet: DocumentHost, clientId: string, alg: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwksUri = new URL('/oauth/jwks.json', clientId).href;
  internet.publish(jwksUri, { keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg, use: 'sig' }] });
  return { members: { jwks_uri: jwksUri }, sign: (audience: string) => sign(privateKey, audience) };

  async function sign(key: CryptoKey, audience: string) {
    const assertion = await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg, kid: '1', typ: 'JWT' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('2 minutes')
      .sign(key);
    return {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
  }
}

async function tokensOf(response: Response): Promise<Tokens> {
  const body = (await response.json()) as Tokens & { token_type: string };
  expect({ status: response.status, body }).toMatchObject({
    status: 200,
    body: {
      token_type: 'Bearer',
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      scope: expect.any(String),
    },
  });
  // Claude renews five minutes before the end.
  expect(body.expires_in).toBeGreaterThan(600);
  return body;
}

export async function speak(
  exchanges: readonly Exchange[],
  typed: string,
  credential: Record<string, string>,
  send: Send = fetch as unknown as Send,
): Promise<Json[]> {
  const results: Json[] = [];
  for (const exchange of exchanges) {
    const response = await send(typed, toInit(exchange, credential));
    const what = exchange.body?.method ?? exchange.method;
    expect([what, response.status]).toEqual([what, exchange.status]);
    const text = await response.text();
    if (exchange.status !== 200) continue;
    const { id, result } = readAnswer(response, text);
    expect(id).toBe(exchange.body?.['id']);
    const { params } = exchange.body as { params?: Json };
    if (what === 'initialize') expect(result['protocolVersion']).toBe(params?.['protocolVersion']);
    if (what === 'tools/list') expect(JSON.stringify(result['tools'])).toContain('"create_bundle"');
    if (what === 'tools/call') results.push(result);
  }
  return results;
}

/** One message, as JSON or as the only event of a stream. */
function readAnswer(response: Response, text: string): { id: unknown; result: Json } {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  return JSON.parse(isStream ? (/^data: ?(.*)$/m.exec(text)?.[1] ?? '') : text) as {
    id: unknown;
    result: Json;
  };
}

function toInit(exchange: Exchange | undefined, credential: Record<string, string> = {}) {
  return {
    method: exchange?.method ?? 'POST',
    headers: { ...exchange?.headers, ...credential },
    ...(exchange?.body === undefined ? {} : { body: JSON.stringify(exchange.body) }),
  };
}
