import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { modern } from './gateway/support/messages.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, refresh, register, rpc, type Connection } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// Two nodes on one database, behind a proxy that both believe. The second hears of nothing but through the database.
let demo: RunningDemo;
let second: SecondNode;

const PROXIES = ['127.0.0.1', '::1'];
const OFFICE = '203.0.113.7';
const ELSEWHERE = '198.51.100.1';

beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET, trustedProxies: PROXIES });
  second = await startSecondNode(demo, { trustedProxies: PROXIES });
});
afterAll(async () => {
  await second.close();
  await demo.close();
});
beforeEach(() =>
  vi.waitFor(
    async () => {
      if ((await fetch(`${second.url}/readyz`)).status !== 200)
        throw new Error('the second node is not ready');
    },
    { timeout: 20_000 },
  ),
);

interface Settings {
  [name: string]: unknown;
}

function atPortal(
  { person }: Connection,
  path: string,
  init: { method?: string; body?: unknown; from?: string } = {},
): Promise<Response> {
  const { body, from = OFFICE, method = 'GET' } = init;
  return fetch(`${demo.url}/portal/v1/organisations/${path}`, {
    method,
    headers: {
      cookie: person.cookieHeader(),
      origin: demo.url,
      'content-type': 'application/json',
      'x-forwarded-for': from,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Changes the organisation's settings; answers how to take it back. */
async function set(admin: Connection, slug: string, becomes: Settings): Promise<() => Promise<void>> {
  const path = `${slug}/settings/security`;
  const { effects: _effects, you: _you, ...was } = (await (await atPortal(admin, path)).json()) as Settings;
  const change = async (to: Settings, from: Settings) => {
    const answer = await atPortal(admin, path, { method: 'PUT', body: { ...to, was: from } });
    expect([answer.status, await answer.text()]).toMatchObject([200, expect.any(String)]);
  };
  const now = { ...was, ...becomes };
  await change(now, was);
  return () => change(was, now);
}

function list(node: string, slug: string, secret: string, from = OFFICE): Promise<Response> {
  const headers = { authorization: `Bearer ${secret}`, 'x-forwarded-for': from };
  return rpc(`${node}/mcp/${slug}`, headers, 'tools/list');
}

let apps = 0;

/** An app of its own: of one that says the same of itself there is one record. */
async function connectApp(
  email: string,
  slug: string,
  access: 'read' | 'full' = 'read',
): Promise<Connection> {
  apps += 1;
  const { client_id: clientId } = await register(demo.url, { client_name: `App ${apps}` });
  return connect(demo.url, { email, access, path: `/mcp/${slug}`, clientId });
}

/** The tools that a credential is shown: those that write only where it may do everything. */
async function toolsOf(node: string, slug: string, secret: string): Promise<string[]> {
  const answer = await list(node, slug, secret);
  const { result } = (await answer.json()) as { result: { tools: { name: string }[] } };
  return result.tools.map(({ name }) => name);
}

async function calls(node: string, slug: string, secret: string, name: string): Promise<string> {
  const headers = { authorization: `Bearer ${secret}`, 'x-forwarded-for': OFFICE };
  const answer = await rpc(`${node}/mcp/${slug}`, headers, 'tools/call', { name, arguments: {} });
  return answer.text();
}

const PLACES = [
  ['an access token', 'acme', 'owner@acme.test'],
  ['a minted key', 'globex', 'owner@globex.test'],
] as const;

test.each(PLACES)(
  '%s with full access is held to read-only on every node at once, and is full again once that is lifted',
  async (_what, slug, email) => {
    const connection = await connectApp(email, slug, 'full');
    const { access_token: secret } = connection.tokens;
    const all = await toolsOf(demo.url, slug, secret);
    expect(await toolsOf(second.url, slug, secret)).toEqual(all);

    const lift = await set(connection, slug, { max_access: 'read' });
    const fewer = await toolsOf(demo.url, slug, secret);
    const [write = ''] = all.filter((name) => !fewer.includes(name));
    expect(write).not.toBe('');
    await expect.poll(() => toolsOf(second.url, slug, secret)).toEqual(fewer);
    // And not by a new one either.
    const renewed = await refresh(demo.url, connection.clientId, connection.tokens.refresh_token);
    const { access_token: next, scope } = (await renewed.json()) as { access_token: string; scope: string };
    expect(scope).toBe('mcp:read');
    for (const node of [demo.url, second.url]) {
      expect(await toolsOf(node, slug, next)).toEqual(fewer);
      for (const one of [secret, next])
        expect(await calls(node, slug, one, write)).toContain('that you may use');
    }

    await lift();
    await expect.poll(() => toolsOf(second.url, slug, secret)).toEqual(all);
    expect(await toolsOf(demo.url, slug, secret)).toEqual(all);
  },
);

test('a consent that asks for full access is refused where read-only is the most, and the page says why', async () => {
  const admin = await connectApp('owner@acme.test', 'acme');
  const lift = await set(admin, 'acme', { max_access: 'read' });
  const wanted = { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' } as const;
  await expect(connect(demo.url, wanted)).rejects.toThrow(/That organisation gives read-only access alone/);
  await lift();
});

test('addresses hold at both doors, on every node at once, for keys and, if it says so, for apps', async () => {
  const email = 'owner@acme.test';
  const app = await connectApp(email, 'acme');
  const { access_token: token } = app.tokens;
  const made = await atPortal(app, 'acme/keys', {
    method: 'POST',
    body: { name: 'CI', access: 'read', expires_in_days: 7 },
  });
  const { secret: key } = (await made.json()) as { secret: string };
  const api = (node: string, from: string) =>
    fetch(`${node}/api/reelport/bundles`, {
      headers: { 'x-api-key': key, 'x-forwarded-for': from },
    }).then(({ status }) => status);
  const mcp = async (node: string, secret: string, from: string) =>
    (await list(node, 'acme', secret, from)).status;

  const back = await set(app, 'acme', { addresses: ['203.0.113.0/24'], address_scope: 'own' });
  for (const node of [demo.url, second.url]) {
    await expect.poll(() => mcp(node, key, ELSEWHERE)).toBe(403);
    expect(await mcp(node, key, OFFICE)).toBe(200);
    expect([await api(node, ELSEWHERE), await api(node, OFFICE)]).toEqual([403, 200]);
    expect(await mcp(node, token, ELSEWHERE)).toBe(200);
  }
  const refused = await list(second.url, 'acme', key, ELSEWHERE);
  expect(await refused.json()).toMatchObject({ error: { code: 'address_not_allowed' } });
  // What a caller says of itself, and no proxy of ours, counts for nothing.
  expect(await mcp(demo.url, key, `${OFFICE}, ${ELSEWHERE}`)).toBe(403);
  expect((await atPortal(app, 'acme/keys', { from: ELSEWHERE })).status).toBe(403);

  const all = await set(app, 'acme', { address_scope: 'all' });
  for (const node of [demo.url, second.url]) {
    await expect.poll(() => mcp(node, token, ELSEWHERE)).toBe(403);
    expect(await mcp(node, token, OFFICE)).toBe(200);
  }
  await all();
  await back();
  await expect.poll(() => mcp(second.url, key, ELSEWHERE)).toBe(200);
});

test('of the streams that are open those stay whose caller is on the list, and the others are cut on every node', async () => {
  const app = await connectApp('owner@acme.test', 'acme');
  const ended: string[] = [];
  const streams = [OFFICE, ELSEWHERE].flatMap((from) =>
    [`${second.url}/mcp/acme/sse`, `${demo.url}/mcp/acme`].map(async (url) => {
      const abort = new AbortController();
      const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
      const stream = await fetch(url, {
        ...(url.endsWith('/sse') ? {} : { method: 'POST', body: JSON.stringify(listen.message) }),
        headers: {
          authorization: `Bearer ${app.tokens.access_token}`,
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          'x-forwarded-for': from,
          ...(url.endsWith('/sse') ? {} : listen.headers),
        },
        signal: abort.signal,
      });
      expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
      const over = () => ended.push(from);
      stream.text().then(over, over);
      return abort;
    }),
  );
  const open = await Promise.all(streams);
  // The proxy's own network is on it, too: what counts is for whom it speaks.
  const back = await set(app, 'acme', { addresses: ['203.0.113.0/24', '127.0.0.0/8'], address_scope: 'all' });
  await expect.poll(() => ended, { timeout: 10_000 }).toHaveLength(2);
  const more = await set(app, 'acme', { addresses: ['203.0.113.0/24', '192.0.2.0/24'] });
  await expect
    .poll(async () => (await list(second.url, 'acme', app.tokens.access_token, '192.0.2.1')).status)
    .toBe(200);
  expect(ended).toEqual([ELSEWHERE, ELSEWHERE]);
  for (const abort of open) abort.abort();
  await more();
  await back();
});

test('an app that is known no better than by its own word is connected nowhere any more, and to be connected no more', async () => {
  const email = 'owner@acme.test';
  const admin = await connectApp(email, 'acme');
  const app = await connectApp(email, 'acme');
  const approved = await connectApp(email, 'acme');
  const rule = await atPortal(admin, 'acme/client-rules', {
    method: 'PUT',
    body: { subject: approved.clientId, rule: 'approved' },
  });
  expect(rule.status).toBe(200);
  const status = async (node: string, { tokens }: Connection) =>
    (await list(node, 'acme', tokens.access_token)).status;
  for (const node of [demo.url, second.url]) expect(await status(node, app)).toBe(200);

  const back = await set(admin, 'acme', { client_policy: 'known' });
  for (const node of [demo.url, second.url]) {
    await expect.poll(() => status(node, app)).toBe(401);
    expect(await status(node, approved)).toBe(200);
  }
  expect((await refresh(demo.url, app.clientId, app.tokens.refresh_token)).status).toBe(400);
  const { client_id: clientId } = await register(demo.url, { client_name: 'Another one' });
  const wanted = { email, access: 'read', path: '/mcp/acme', clientId } as const;
  await expect(connect(demo.url, wanted)).rejects.toThrow(/has no form with the field decision/);
  await expect(connect(demo.url, { ...wanted, clientId: approved.clientId })).resolves.toMatchObject({
    clientId: approved.clientId,
  });
  await back();
});

test('nobody connects an app without the second factor that is asked for, and nothing is issued', async () => {
  const before = await connectApp('owner@globex.test', 'globex');
  await demo.latchkey.store.pool.query(
    "update organisations set second_factor_required = true where slug = 'globex'",
  );
  const { client_id: clientId } = await register(demo.url, { client_name: 'Never' });
  const wanted = { email: 'owner@globex.test', access: 'read', path: '/mcp/globex', clientId } as const;
  await expect(connect(demo.url, wanted)).rejects.toThrow(/has no form with the field decision/);
  const { rows } = await demo.latchkey.store.pool.query('select 1 from grants where client_id = $1', [
    clientId,
  ]);
  expect(rows).toEqual([]);
  // Those that there are go on: each has its own end.
  expect((await list(second.url, 'globex', before.tokens.access_token)).status).toBe(200);
  await demo.latchkey.store.pool.query(
    "update organisations set second_factor_required = false where slug = 'globex'",
  );
});

test('how apps are let in can be chosen for those that are connected from now on', async () => {
  // Somebody who has not signed in as often as there may be in a minute.
  const email = 'owner@globex.test';
  const before = await connectApp(email, 'globex');
  const back = await set(before, 'globex', { token_mode: 'token' });
  const after = await connectApp(email, 'globex');
  expect(before.tokens.access_token).toMatch(/^lk_test_/);
  expect(after.tokens.access_token).toMatch(/^ey/);
  for (const { tokens } of [before, after])
    expect((await list(second.url, 'globex', tokens.access_token)).status).toBe(200);
  await back();
});
