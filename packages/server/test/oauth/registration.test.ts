import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorizeUrl, newVerifier } from '../support/oauth-client.ts';
import { openWorld, refusalOf, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

type Registered = Record<string, unknown> & {
  client_id: string;
  redirect_uris: string[];
  client_secret?: string;
};

const send = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${world.url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function register(body: unknown): Promise<Registered> {
  const response = await send(body);
  expect(response.status).toBe(201);
  return (await response.json()) as Registered;
}

const uniqueName = () => `App ${randomBytes(6).toString('hex')}`;

/** As clients send that do not know beforehand how much it will be. */
const sendInChunks = (path: string, type: string, body: string) =>
  fetch(world.url + path, {
    method: 'POST',
    headers: { 'content-type': type },
    body: new Blob([body]).stream(),
    duplex: 'half',
  });

describe('bodies that come in chunks, without a length', () => {
  test('are read as any other', async () => {
    const body = JSON.stringify({ client_name: uniqueName(), redirect_uris: ['https://app.test/cb'] });
    const response = await sendInChunks('/register', 'application/json', body);
    expect([response.status, Object.keys((await response.json()) as object)]).toEqual([
      201,
      expect.arrayContaining(['client_id', 'redirect_uris']),
    ]);
    const form = 'application/x-www-form-urlencoded';
    expect((await sendInChunks('/revoke', form, 'token=x')).status).toBe(401);
  });

  test('are refused where they are too large, however late that shows', async () => {
    const response = await sendInChunks('/register', 'application/json', `"${'x'.repeat(17 * 1024)}"`);
    expect(response.status).toBe(413);
  });
});

// What real clients send is replayed in ../real-clients.
describe('R6: bodies with what nobody asked for', () => {
  test('unknown members, scopes, grants and methods are tolerated, and the answer says what holds', async () => {
    const client = await register({
      client_name: uniqueName(),
      redirect_uris: ['https://app.test/cb'],
      scope: 'openid everything',
      grant_types: ['implicit', 'password'],
      response_types: ['token', 'id_token'],
      token_endpoint_auth_method: 'tls_client_auth',
      jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] },
      __proto__: { polluted: true },
      nested: { deeply: [[[[]]]] },
    });
    expect(client).toMatchObject({
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
    expect(client['scope']).toBe('mcp:read mcp:call offline_access');
    expect(JSON.stringify(client)).not.toContain('everything');
  });

  test('of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)', async () => {
    const client = await register({
      client_name: uniqueName(),
      redirect_uris: [
        'javascript:alert(1)',
        'JaVaScRiPt:alert(1)',
        'java\tscript:alert(1)',
        ' javascript:alert(1)',
        '\u0001javascript:alert(1)',
        'data:text/html,hello',
        'vbscript:x',
        'file:///etc/passwd',
        'blob:https://app.test/1',
        'about:blank',
        'http://app.test/cb',
        'https://user:password@app.test/cb',
        'https://@app.test/cb',
        'https:app.test/cb',
        'https:/app.test/cb',
        'https://app.test/cb#fragment',
        'https://app.test\\@evil.test/cb',
        'ftp://app.test/cb',
        'intent://app.test#Intent;end',
        '',
        42,
        null,
        { toString: 'https://evil.test' },
        'https://app.test/cb',
      ],
    });
    expect(client.redirect_uris).toEqual(['https://app.test/cb']);
  });

  test.each([
    [[], 'invalid_redirect_uri'],
    [['http://app.test/cb'], 'invalid_redirect_uri'],
    [['javascript:alert(1)'], 'invalid_redirect_uri'],
    [undefined, 'invalid_redirect_uri'],
    ['https://app.test/cb', 'invalid_client_metadata'],
    [{ 0: 'https://app.test/cb' }, 'invalid_client_metadata'],
  ])('redirect_uris %j leaves none and is refused', async (redirectUris, error) => {
    expect(await refusalOf(await send({ client_name: 'x', redirect_uris: redirectUris }))).toEqual({
      status: 400,
      error,
    });
  });

  test.each([
    '',
    'null',
    '[]',
    '"text"',
    '{',
    '{"redirect_uris":',
    '\u0000',
    '[{"redirect_uris":["https://a.test/"]}]',
  ])('the body %j is refused as a body, not as a fault of ours', async (body) => {
    expect(await refusalOf(await send(body))).toEqual({ status: 400, error: 'invalid_client_metadata' });
  });

  test.each([
    ['\u202Eedualc', 'edualc'],
    ['Cl\u0000au\u200Bde', 'Claude'],
    ['  a \n b  ', 'a b'],
    ['\ud800', 'Unnamed app'],
    [{ name: 'x' }, 'Unnamed app'],
    ['x'.repeat(10_000), 'x'.repeat(200)],
  ])('25: the name %j is made harmless and echoed as it will be shown', async (given, name) => {
    const client = await register({
      client_name: given,
      redirect_uris: [`https://${randomBytes(6).toString('hex')}.test/`],
    });
    expect(client['client_name']).toBe(name);
  });
});

describe('R7: one record for identical public metadata', () => {
  test('35: the same public client, many times at once, is one row and one id', async () => {
    const body = { client_name: uniqueName(), redirect_uris: ['https://app.test/a', 'https://app.test/b'] };
    const ids = await Promise.all(Array.from({ length: 30 }, async () => (await register(body)).client_id));
    expect(new Set(ids).size).toBe(1);
    const reordered = await register({
      ...body,
      redirect_uris: body.redirect_uris.toReversed(),
      scope: 'x',
      tos_uri: 'y',
    });
    expect(reordered.client_id).toBe(ids[0]);
    const stored = await world.rows('select id from clients where name = $1', [body.client_name]);
    expect(stored).toHaveLength(1);
  });

  test('another name or redirect URI is another client', async () => {
    const body = { client_name: uniqueName(), redirect_uris: ['https://app.test/a'] };
    const ids = await Promise.all(
      [body, { ...body, client_name: uniqueName() }, { ...body, redirect_uris: ['https://app.test/b'] }].map(
        async (metadata) => (await register(metadata)).client_id,
      ),
    );
    expect(new Set(ids).size).toBe(3);
  });

  test('36: a confidential client is always new, and nobody else is ever shown its secret', async () => {
    const body = {
      client_name: uniqueName(),
      redirect_uris: ['https://app.test/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
    };
    const [one, two] = [await register(body), await register(body)];
    expect(one.client_id).not.toBe(two.client_id);
    expect(one.client_secret).not.toBe(two.client_secret);
    expect(one['client_secret_expires_at']).toBe(0);
    const open = await register({ ...body, token_endpoint_auth_method: 'none' });
    expect(Object.keys(open).filter((name) => name.startsWith('client_secret'))).toEqual([]);
  });
});

describe('R8 and R9: how much anyone can leave behind', () => {
  test('an answer with a secret is never cached', async () => {
    const response = await send({
      client_name: uniqueName(),
      redirect_uris: ['https://app.test/cb'],
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('a body over 16 KiB is refused, said or unsaid', async () => {
    const large = JSON.stringify({ redirect_uris: ['https://app.test/'], pad: 'x'.repeat(17 * 1024) });
    expect((await refusalOf(await send(large))).status).toBe(413);
    const unsaid = await fetch(`${world.url}/register`, {
      method: 'POST',
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect((await refusalOf(unsaid)).status).toBe(413);
  });

  test.each(['GET', 'PUT', 'DELETE'])('%s reads, changes and removes no registration', async (method) => {
    const client = await register({ client_name: uniqueName(), redirect_uris: ['https://app.test/cb'] });
    for (const path of ['/register', `/register/${client.client_id}`]) {
      expect((await fetch(world.url + path, { method })).status).toBe(405);
    }
  });

  test('at most ten redirect URIs are kept', async () => {
    const redirectUris = Array.from({ length: 40 }, (_, index) => `https://app.test/${index}`);
    const client = await register({ client_name: uniqueName(), redirect_uris: redirectUris });
    expect(client.redirect_uris).toEqual(redirectUris.slice(0, 10));
  });

  test('a client that nobody approved goes a day after its last use; one with a grant stays', async () => {
    const organisation = await world.newOrganisation();
    const member = await world.newMember([organisation, 'member']);
    const { clientId: approved } = await world.connect(member, 'read');
    const [stale, fresh, opened] = await Promise.all(
      [1, 2, 3].map(async () =>
        register({ client_name: uniqueName(), redirect_uris: ['http://127.0.0.1:33418/callback'] }),
      ),
    );
    const ids = [approved, stale?.client_id, opened?.client_id];
    await world.rows(`update clients set last_used_at = now() - interval '25 hours' where id = any($1)`, [
      ids,
    ]);
    // Opening the authorize URL is a use: the person may be about to approve.
    await member.browser.get(
      authorizeUrl(world.url, {
        client_id: opened?.client_id ?? '',
        code_challenge: newVerifier().challenge,
      }),
    );
    await world.latchkey.store.clients.deleteUnconfirmed();
    const left = await world.rows<{ id: string }>('select id from clients where id = any($1)', [
      [...ids, fresh?.client_id],
    ]);
    expect(left.map(({ id }) => id).toSorted()).toEqual(
      [approved, fresh?.client_id, opened?.client_id].map(String).toSorted(),
    );
  });

  test('a client that is gone is told to register anew, at /token with invalid_client and at /authorize with a page', async () => {
    const organisation = await world.newOrganisation();
    const member = await world.newMember([organisation, 'member']);
    const request = await world.newRequest();
    await world.rows('delete from clients where id = $1', [request.clientId]);
    const token = await world.redeem({ ...request, code: 'x'.repeat(43) });
    expect(await refusalOf(token)).toEqual({ status: 401, error: 'invalid_client' });
    const page = await member.browser.follow(request.href);
    expect(page.status).toBe(400);
    expect(page.html).toContain('not known here');
  });

  test('64: a flood from one address is held back, whatever it claims about its address', async () => {
    const flooded = await openWorld();
    try {
      const answers = await Promise.all(
        Array.from({ length: 340 }, (_, index) =>
          fetch(`${flooded.url}/register`, {
            method: 'POST',
            headers: { 'x-forwarded-for': `192.0.2.${index % 250}`, forwarded: `for=192.0.2.${index % 250}` },
            body: JSON.stringify({ client_name: 'flood', redirect_uris: ['https://app.test/'] }),
          }),
        ),
      );
      const refused = answers.find(({ status }) => status === 429);
      expect(refused).toBeDefined();
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused?.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/);
      expect(refused?.headers.get('ratelimit-policy')).toMatch(/^"address";q=\d+;w=\d+$/);
      expect(refused?.headers.get('content-type')).toContain('application/json');
      expect(refused?.headers.get('access-control-allow-origin')).toBe('*');
      const [stored] = await flooded.rows<{ clients: number }>(
        'select count(*)::int as clients from clients',
      );
      expect(stored?.clients).toBe(1);
    } finally {
      await flooded.close();
    }
  });
});
