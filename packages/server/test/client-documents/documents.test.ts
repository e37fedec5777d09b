import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import { authorizeUrl, newVerifier, postToken, rpc, type Tokens } from '../support/oauth-client.ts';
import { returnUrl } from '../oauth/support/browser.ts';
import { openWorld, type Member, type Organisation, type World } from '../oauth/support/world.ts';
import { startDocumentHost, type DocumentHost } from './support/document-host.ts';

const CALLBACK = 'https://app.test/callback';

const SITES = 'app.test other.test many.test claude.ai vscode.dev chatgpt.com zed.dev goose-docs.ai'.split(
  ' ',
);

let internet: DocumentHost;
let world: World;
let organisation: Organisation;
let member: Member;
/** A client id that nobody used before. */
let url: string;
beforeAll(async () => {
  internet = await startDocumentHost(SITES);
  world = await openWorld({
    addressGuard: internet.guard,
    documentBudget: { perOrigin: 60, inAll: 150, windowSeconds: 3600 },
  });
  organisation = await world.newOrganisation();
  member = await world.newMember([organisation, 'member']);
});
afterAll(async () => {
  await world.close();
  await internet.close();
});
beforeEach(() => {
  url = `https://app.test/${randomBytes(6).toString('hex')}`;
});

const documentOf = (clientId: string, more: Record<string, unknown> = {}) => ({
  client_id: clientId,
  client_name: 'Test app',
  redirect_uris: [CALLBACK],
  ...more,
});

function requestFor(clientId: string, redirectUri = CALLBACK, more: Record<string, string> = {}) {
  const { verifier, challenge } = newVerifier();
  const href = authorizeUrl(world.url, {
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    ...more,
  });
  return { clientId, redirectUri, verifier, href };
}

const visit = (clientId: string, redirectUri?: string) =>
  fetch(requestFor(clientId, redirectUri).href, { redirect: 'manual' });

async function expectUnusable(clientId: string): Promise<void> {
  const response = await visit(clientId);
  expect(response.status).toBe(400);
  expect(response.headers.get('location')).toBeNull();
  expect(await response.text()).toContain('This app could not be identified');
}

/** As if that long had passed since the document was read. */
const age = (clientId: string, interval: string) =>
  world.rows(
    `update client_documents set fetched_at = fetched_at - $2::interval, fresh_until = fresh_until - $2::interval where url = $1`,
    [clientId, interval],
  );

async function approve(request: ReturnType<typeof requestFor>, who = member) {
  const { fields } = await who.browser.open(request.href);
  return who.browser.decide(fields, { access: 'read', decision: 'allow' });
}

function redeem(request: ReturnType<typeof requestFor>, code: string) {
  return postToken(world.url, {
    grant_type: 'authorization_code',
    client_id: request.clientId,
    code,
    code_verifier: request.verifier,
    redirect_uri: request.redirectUri,
  });
}

describe('real clients connect by their documents, through to a tool call', () => {
  const grants = ['authorization_code', 'refresh_token'];
  test.each([
    [
      'Claude',
      'https://claude.ai/oauth/mcp-oauth-client-metadata',
      'https://claude.ai/api/mcp/auth_callback',
      {
        client_name: 'Claude',
        client_uri: 'https://claude.ai',
        redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
        grant_types: [...grants, 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
        token_endpoint_auth_method: 'none',
      },
    ],
    [
      'Claude Code, on a port of its own',
      'https://claude.ai/oauth/claude-code-client-metadata',
      'http://localhost:51234/callback',
      {
        client_name: 'Claude Code',
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
        grant_types: grants,
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    [
      'VS Code',
      'https://vscode.dev/oauth/client-metadata.json',
      'http://127.0.0.1:49152/',
      {
        client_name: 'Visual Studio Code',
        redirect_uris: [
          'http://127.0.0.1:33418/',
          'https://vscode.dev/redirect',
          'https://insiders.vscode.dev/redirect',
          'http://127.0.0.1/',
        ],
        grant_types: [...grants, 'urn:ietf:params:oauth:grant-type:device_code'],
        application_type: 'native',
      },
    ],
    [
      'ChatGPT, as a public client',
      'https://chatgpt.com/oauth/client.json',
      'https://chatgpt.com/connector_platform_oauth_redirect',
      {
        client_name: 'ChatGPT',
        redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
        grant_types: grants,
        token_endpoint_auth_method: 'none',
        token_endpoint_auth_signing_alg: 'RS256',
      },
    ],
    [
      'Zed',
      'https://zed.dev/oauth/client-metadata.json',
      'http://127.0.0.1:40001/callback',
      { client_name: 'Zed', redirect_uris: ['http://127.0.0.1/callback'], grant_types: grants },
    ],
    [
      'Goose, on IPv6',
      'https://goose-docs.ai/oauth/client-metadata.json',
      'http://[::1]:8123/oauth_callback',
      {
        client_name: 'goose',
        redirect_uris: ['http://127.0.0.1/oauth_callback', 'http://[::1]/oauth_callback'],
        token_endpoint_auth_method: 'none',
      },
    ],
  ])('%s', async (_who, clientId, redirectUri, document) => {
    internet.publish(clientId, { client_id: clientId, ...document }, { 'cache-control': 'max-age=300' });
    const request = requestFor(clientId, redirectUri, { resource: `${world.url}/mcp/${organisation.slug}` });
    const page = await member.browser.open(request.href);
    expect(page.html).toContain(`Identified by <bdi>${new URL(clientId).host}</bdi>`);
    const host = page.html.indexOf(`<bdi>${new URL(clientId).host}</bdi>`);
    expect(host).toBeLessThan(page.html.indexOf(`<bdi>${document.client_name}</bdi>`));
    expect(page.html).not.toMatch(/verified|calls itself/i);
    const answer = await member.browser.decide(page.fields, { access: 'read', decision: 'allow' });
    const back = returnUrl(answer);
    expect(back.href.startsWith(redirectUri)).toBe(true);
    const asked = internet.asked.length;
    const response = await redeem(request, back.searchParams.get('code') ?? '');
    expect(response.status).toBe(200);
    const tokens = (await response.json()) as Tokens;
    const listed = await rpc(
      `${world.url}/mcp/${organisation.slug}`,
      { authorization: `Bearer ${tokens.access_token}` },
      'tools/list',
    );
    expect(listed.status).toBe(200);
    const refreshed = await postToken(world.url, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: tokens.refresh_token,
    });
    expect(refreshed.status).toBe(200);
    // The token endpoint uses what is stored.
    expect(internet.asked).toHaveLength(asked);
  });

  test('ChatGPT, proving itself with a key that it publishes: read with the document, not when it asks for tokens', async () => {
    const clientId = 'https://chatgpt.com/oauth/keyed.json';
    const jwksUri = 'https://chatgpt.com/oauth/jwks.json';
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    internet.publish(jwksUri, {
      keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256', use: 'sig' }],
    });
    internet.publish(
      clientId,
      documentOf(clientId, {
        client_name: 'ChatGPT',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        jwks_uri: jwksUri,
      }),
    );
    const request = requestFor(clientId);
    const code = returnUrl(await approve(request)).searchParams.get('code') ?? '';
    const asked = internet.asked.length;
    expect((await redeem(request, code)).status).toBe(401);
    const assertion = await new SignJWT({ jti: randomBytes(8).toString('hex') })
      .setProtectedHeader({ alg: 'RS256', kid: '1' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(world.url)
      .setIssuedAt()
      .setExpirationTime('2 minutes')
      .sign(privateKey);
    const response = await postToken(world.url, {
      grant_type: 'authorization_code',
      code,
      code_verifier: request.verifier,
      redirect_uri: request.redirectUri,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    expect(response.status).toBe(200);
    expect(internet.asked).toHaveLength(asked);
  });

  test('the metadata says so, and lists the method that such clients use', async () => {
    const metadata = await (await fetch(`${world.url}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({ client_id_metadata_document_supported: true });
    expect((metadata as Record<string, unknown>)['token_endpoint_auth_methods_supported']).toContain('none');
  });
});

describe('30: an address that is not a proper client id, or not public, is not asked', () => {
  test.each([
    'https://app.test',
    'https://app.test/a/../b',
    'https://app.test/a/%2e%2e/b',
    'https://APP.test/client',
    'https://app.test:443/client',
    'https://app.test:8443/client',
    'https://user@app.test/client',
    'https://app.test/client#fragment',
    'https://app.test\\client',
    'https://127.0.0.1/client',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:7f00:1]/client',
    'https://2130706433/client',
    `https://app.test/${'a'.repeat(2048)}`,
  ])('%s', async (clientId) => {
    const before = internet.asked.length;
    await expectUnusable(clientId);
    expect(internet.asked).toHaveLength(before);
    expect(await world.rows('select 1 from clients where id = $1', [clientId])).toHaveLength(0);
  });

  test('30 and 31: nor is one whose name leads into our own network, even with public answers beside', async () => {
    internet.publish(url, documentOf(url));
    internet.addresses.set('app.test', ['160.79.104.10', '169.254.169.254']);
    const before = internet.dialled.length;
    await expectUnusable(url);
    internet.addresses.delete('app.test');
    expect(internet.dialled).toHaveLength(before);
  });
});

describe('33: a document that is not fit', () => {
  const keyNamed = (kid: string) => ({
    ...newKeyPair('P-256').publicKey.export({ format: 'jwk' }),
    kid,
  });

  test.each<[string, (id: string) => unknown]>([
    ['is another client’s', () => documentOf('https://app.test/another')],
    ['is another spelling of its id', (id) => documentOf(`${id}?`)],
    ['has no name', (id) => ({ ...documentOf(id), client_name: undefined })],
    ['has an invisible name', (id) => documentOf(id, { client_name: '\u202e\u200b' })],
    ['has nowhere to be answered', (id) => documentOf(id, { redirect_uris: [] })],
    ['has only dangerous places', (id) => documentOf(id, { redirect_uris: ['javascript:alert(1)'] })],
    ['has a secret', (id) => documentOf(id, { client_secret: 'public now' })],
    ['wants a shared secret', (id) => documentOf(id, { token_endpoint_auth_method: 'client_secret_post' })],
    ['wants keys and has none', (id) => documentOf(id, { token_endpoint_auth_method: 'private_key_jwt' })],
    [
      'publishes a symmetric key',
      (id) => documentOf(id, { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }),
    ],
    [
      'publishes a private key',
      (id) => documentOf(id, { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ', d: 'ZA' }] } }),
    ],
    ['names a home that no database can hold', (id) => documentOf(id, { client_uri: 'https://app.test/\0' })],
    ['names a key that no database can hold', (id) => documentOf(id, { jwks: { keys: [keyNamed('\0')] } })],
    ['is a list', () => []],
    ['is null', () => null],
  ])('%s', async (_what, document) => {
    internet.publish(url, document(url));
    await expectUnusable(url);
    expect(await world.rows('select 1 from clients where id = $1', [url])).toHaveLength(0);
  });

  test('R5: whatever the cause, the page is the same', async () => {
    const pages = await Promise.all(
      ['/missing', '/private', '/other'].map(async (path) => {
        const clientId = `https://app.test${path}`;
        if (path === '/other') internet.publish(clientId, documentOf('https://app.test/x'));
        if (path === '/private') internet.on(clientId, (_request, response) => response.socket?.destroy());
        const text = await (await visit(clientId)).text();
        return text.replace(/req_[A-Za-z0-9_-]+/g, '');
      }),
    );
    expect(new Set(pages).size).toBe(1);
  });

  test('32: a redirect, and a document that unpacks to more than 5 KiB, name no client', async () => {
    internet.on(url, (_request, response) => {
      response.writeHead(302, { location: 'https://app.test/fine' }).end();
    });
    await expectUnusable(url);
    const bomb = `${url}-bomb`;
    internet.on(bomb, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(documentOf(bomb, { filler: ' '.repeat(1_000_000) }))));
    });
    await expectUnusable(bomb);
    expect(internet.timesAsked('https://app.test/fine')).toBe(0);
  });

  test('unknown members and grant types are ignored, and so are places that no code is sent to', async () => {
    internet.publish(
      url,
      documentOf(url, { redirect_uris: [CALLBACK, 'javascript:alert(1)'], grant_types: ['x'], extra: {} }),
    );
    expect((await visit(url)).status).toBe(303);
    expect((await visit(url, 'javascript:alert(1)')).status).toBe(400);
    expect((await visit(url, 'https://evil.test/callback')).status).toBe(400);
  });
});

describe('R4: what was read is kept, for all nodes', () => {
  test.each([
    ['no more than 24 hours', 'max-age=99999999', 86_400],
    ['no less than 5 minutes', 'max-age=0', 300],
    ['5 minutes if nothing may be kept', 'no-store', 300],
    ['as long as it says, in between', 'public, max-age=3600', 3600],
  ])('%s', async (_what, cacheControl, seconds) => {
    internet.publish(url, documentOf(url), { 'cache-control': cacheControl });
    await visit(url);
    await visit(url);
    expect(internet.timesAsked(url)).toBe(1);
    const [row] = await world.rows<{ seconds: number }>(
      `select round(extract(epoch from fresh_until - fetched_at))::int as seconds from client_documents where url = $1`,
      [url],
    );
    expect(row?.seconds).toBe(seconds);
  });

  test('fifty people who come at once have it read once', async () => {
    internet.publish(url, documentOf(url));
    const answers = await Promise.all(Array.from({ length: 50 }, () => visit(url)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(50).fill(303));
    expect(internet.timesAsked(url)).toBe(1);
  });

  test('a failure is kept for a minute, then the document gets another chance', async () => {
    await expectUnusable(url);
    internet.publish(url, documentOf(url));
    await expectUnusable(url);
    expect(internet.timesAsked(url)).toBe(1);
    await age(url, '61 seconds');
    expect((await visit(url)).status).toBe(303);
  });

  test('an unchanged document is asked for by its ETag', async () => {
    internet.on(url, (request, response) => {
      if (request.headers['if-none-match'] === '"v1"') return void response.writeHead(304).end();
      response.writeHead(200, { 'content-type': 'application/json', etag: '"v1"' });
      response.end(JSON.stringify(documentOf(url)));
    });
    expect((await visit(url)).status).toBe(303);
    await age(url, '6 minutes');
    expect((await visit(url)).status).toBe(303);
    expect(internet.timesAsked(url)).toBe(2);
    expect(internet.asked.findLast((one) => one.url === url)?.headers['if-none-match']).toBe('"v1"');
  });

  test('33: a place added later counts once the document is read again, and one taken away counts no more', async () => {
    internet.publish(url, documentOf(url));
    await visit(url);
    internet.publish(url, documentOf(url, { redirect_uris: ['https://app.test/new'] }));
    expect((await visit(url, 'https://app.test/new')).status).toBe(400);
    await age(url, '6 minutes');
    expect((await visit(url, 'https://app.test/new')).status).toBe(303);
    expect((await visit(url)).status).toBe(400);
  });

  test('a document that is gone opens nothing new, and ends nothing that was approved', async () => {
    internet.publish(url, documentOf(url));
    const request = requestFor(url);
    const code = returnUrl(await approve(request)).searchParams.get('code') ?? '';
    internet.on(url, (_request, response) => response.writeHead(404).end());
    await age(url, '6 minutes');
    await expectUnusable(url);
    expect((await redeem(request, code)).status).toBe(200);
  });

  test('34: thousands of fresh ids on one origin are asked about until its budget is used up; known ones go on', async () => {
    const known = 'https://many.test/known';
    internet.publish(known, documentOf(known));
    expect((await visit(known)).status).toBe(303);
    const before = internet.asked.length;
    for (let batch = 0; batch < 4; batch += 1) {
      await Promise.all(
        Array.from({ length: 25 }, (_, index) => visit(`https://many.test/${batch}-${index}`)),
      );
    }
    expect(internet.asked.length - before).toBe(59);
    expect(
      await world.rows(`select 1 from client_documents where origin = 'https://many.test'`),
    ).toHaveLength(60);
    await age(known, '6 minutes');
    expect((await visit(known)).status).toBe(303);
    // Another origin has a budget of its own.
    internet.publish('https://other.test/client', documentOf('https://other.test/client'));
    expect((await visit('https://other.test/client')).status).toBe(303);
  });
});

describe('R4: the document changes while a person decides', () => {
  test('a change of name between the page and the answer shows the page again, as it is now', async () => {
    internet.publish(url, documentOf(url));
    const request = requestFor(url);
    const { fields } = await member.browser.open(request.href);
    internet.publish(url, documentOf(url, { client_name: 'Something else' }));
    await age(url, '6 minutes');
    await visit(url);
    const answer = await member.browser.decide(fields, { access: 'read', decision: 'allow' });
    expect(answer.status).toBe(422);
    expect(answer.html).toContain('Something else');
    expect(answer.html).not.toContain('http-equiv="refresh"');
  });

  test('33: a place that was taken back gets no code', async () => {
    internet.publish(url, documentOf(url));
    const { fields } = await member.browser.open(requestFor(url).href);
    internet.publish(url, documentOf(url, { redirect_uris: ['https://app.test/new'] }));
    await age(url, '6 minutes');
    await visit(url, 'https://app.test/new');
    const answer = await member.browser.decide(fields, { access: 'read', decision: 'allow' });
    expect(answer.status).toBe(409);
    expect(answer.html).not.toContain('http-equiv="refresh"');
  });
});
