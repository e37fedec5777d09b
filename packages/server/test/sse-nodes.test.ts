import pg from 'pg';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  onTestFinished,
  test,
} from 'vitest';
import { importConnector } from '../src/connectors/import-connector.ts';
import { readReceipt, writePassedOn } from '../src/gateway/streams/passed-on.ts';
import { newId } from '../src/kernel/ids.ts';
import { silentLog } from '../src/kernel/log.ts';
import type { Principal } from '../src/kernel/principal.ts';
import { parseResourcePath } from '../src/kernel/resource.ts';
import { deriveKey } from '../src/kernel/seal.ts';
import { createNodeMail } from '../src/nodes/node-mail.ts';
import { createStore } from '../src/store/store.ts';
import { openEvents, type Events } from './gateway/support/events.ts';
import { call, toolCall } from './gateway/support/messages.ts';
import { startUpstream, UPSTREAM_DOCUMENT } from './gateway/support/upstream.ts';
import { openWorld, type Member, type Organisation, type World } from './oauth/support/world.ts';
import { keyOf, portalRequest } from './revocation/support/portal.ts';
import { onServer } from './support/on-server.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// A session of HTTP+SSE lives on the node where its stream is open. Its messages may reach any.
const LIMIT = 120;
const SOON = { timeout: 20_000 };
let world: World;
let second: SecondNode;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
let sql: pg.Client;
const open: Events[] = [];

beforeAll(async () => {
  const perOrganisation = { limit: 100_000, windowSeconds: 60 };
  world = await openWorld({
    secret: NODES_SECRET,
    trustedProxies: ['127.0.0.1', '::1'],
    limits: { perKey: { limit: LIMIT, windowSeconds: 3600 }, perOrganisation },
  });
  second = await startSecondNode(world.demo);
  upstream = await startUpstream();
  const source = { orgId: null, slug: 'items', name: 'Items', baseUrl: upstream.baseUrl };
  const imported = await importConnector(world.latchkey.store, { ...source, document: UPSTREAM_DOCUMENT });
  if (!imported.ok) throw new Error(imported.error.message);
  sql = new pg.Client({ connectionString: world.demo.databaseUrl });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await second.close();
  await world.close();
  await upstream.close();
});
beforeEach(() => {
  upstream.received.length = 0;
  upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"balance":250}');
  });
});
afterEach(async () => {
  for (const stream of open.splice(0)) stream.close();
  const { rows } = await sql.query('select subject from node_mail');
  if (rows.length > 0) throw new Error(`${rows.length} rows stayed behind`);
});

const NODES = [
  ['first', 'second'],
  ['second', 'first'],
] as const;
const urlOf = (node: 'first' | 'second') => (node === 'first' ? world.url : second.url);
const headersOf = (credential: string) => ({ authorization: `Bearer ${credential}` });

async function newMember(role: 'member' | 'viewer' = 'member') {
  const organisation = await world.newOrganisation();
  const member = await world.newMember([organisation, role]);
  return { organisation, member };
}

/** Somebody with a key, and a session of theirs at one node, to which they post at another. */
async function openSession({
  at = world.url,
  to = second.url,
  access = 'full',
  ...known
}: {
  at?: string;
  to?: string;
  access?: 'read' | 'full';
  organisation?: Organisation;
  member?: Member;
} = {}) {
  const newcomer = known.organisation === undefined ? await newMember() : undefined;
  const organisation = known.organisation ?? newcomer?.organisation;
  const member = known.member ?? newcomer?.member;
  if (organisation === undefined || member === undefined) throw new Error('nobody is there');
  const key = await keyOf(world.url, member, organisation.slug, access);
  return {
    ...(await openSessionWith(key.secret, { at, to, slug: organisation.slug })),
    key,
    organisation,
    member,
  };
}

async function openSessionWith(
  credential: string,
  { at, to, slug }: { at: string; to: string; slug: string },
) {
  const stream = await openEvents(`${at}/mcp/${slug}/sse`, { headers: headersOf(credential) });
  open.push(stream);
  const endpoint = (await stream.next())?.data ?? '';
  const sessionId = new URLSearchParams(endpoint.split('?')[1]).get('sessionId') ?? '';
  const post = (
    message: unknown,
    { headers = headersOf(credential), node = to, path = endpoint, type = 'application/json' } = {},
  ) =>
    fetch(node + path, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: typeof message === 'string' ? message : JSON.stringify(message),
    });
  const said = async () => JSON.parse((await stream.next())?.data ?? 'null');
  return { stream, endpoint, sessionId, post, said };
}

const errorOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code: unknown; message: string } };
  return { status: response.status, code: error.code, message: error.message };
};

const hello = call(
  'initialize',
  { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } },
  0,
);

describe.each(NODES)('a session on the %s node, posted to at the %s', (at, to) => {
  test.each(['key', 'token'] as const)('shakes hands, lists and calls, by a %s', async (kind) => {
    const { organisation, member } = await newMember();
    const credential =
      kind === 'key'
        ? (await keyOf(world.url, member, organisation.slug)).secret
        : (await world.connect(member, 'full')).tokens.access_token;
    const session = await openSessionWith(credential, {
      at: urlOf(at),
      to: urlOf(to),
      slug: organisation.slug,
    });
    const { post, said, stream } = session;

    const posted = await post(hello);
    expect([posted.status, await posted.text()]).toEqual([202, 'Accepted']);
    expect(await said()).toMatchObject({ id: 0, result: { protocolVersion: '2024-11-05' } });
    expect((await post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
    await post(call('tools/list', {}, 'list'));
    expect((await said()).result.tools.map(({ name }: { name: string }) => name)).toContain('delete_item');

    const called = await post(toolCall('delete_item', { id: '7' }, 7));
    expect(await said()).toMatchObject({ id: 7, result: { content: [{ text: '{"balance":250}' }] } });
    expect(upstream.received.map(({ method, url }) => `${method} ${url}`)).toEqual(['DELETE /v1/items/7']);
    // Its record has the name under which the post was answered.
    await expect
      .poll(
        () =>
          world.rows('select id from audit_events where request_id = $1 and outcome is not null', [
            called.headers.get('x-request-id'),
          ]),
        SOON,
      )
      .not.toEqual([]);
    // The one node knows how the other one's client shook hands, and messages come by both.
    expect((await post(call('ping', undefined, 'at home'), { node: urlOf(at) })).status).toBe(202);
    expect(await said()).toMatchObject({ id: 'at home' });
    expect(stream.rest()).toEqual([]);
  });

  test('has its calls cut by a cancellation that comes there, and no second one with the same id', async () => {
    const { post, said, stream } = await openSession({ at: urlOf(at), to: urlOf(to) });
    const gone = new Promise<void>((resolve) => {
      upstream.answer((_, res) => void res.on('close', () => resolve()));
    });
    await post(toolCall('get_credits', {}, 'slow'));
    await expect.poll(() => upstream.received.length, SOON).toBe(1);
    const again = await post(toolCall('get_credits', {}, 'slow'));
    expect([again.status, await again.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    await post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'slow' } });
    await gone;
    await post(call('ping', undefined, 'next'));
    expect(await said()).toMatchObject({ id: 'next' });
    expect(stream.rest()).toEqual([]);
  });

  test('is given a message of 4 MB as it is', async () => {
    const { post, said } = await openSession({ at: urlOf(at), to: urlOf(to) });
    const name = 'ä "quoted" line\n'.repeat((4 * 1024 * 1024) / 16);
    expect((await post(toolCall('create_item', { name }, 'long'))).status).toBe(202);
    expect((await said()).id).toBe('long');
    const sent = JSON.parse(upstream.received[0]?.body.toString() ?? '{}') as { name?: string };
    expect(sent.name === name).toBe(true);
  });

  test('is cut when its key ends, with what was posted there; and what is posted then is refused', async () => {
    const { key, member, organisation, post, stream } = await openSession({ at: urlOf(at), to: urlOf(to) });
    const gone = new Promise<void>((resolve) => {
      upstream.answer((_, res) => void res.on('close', () => resolve()));
    });
    expect((await post(toolCall('get_credits', {}, 'slow'))).status).toBe(202);
    await expect.poll(() => upstream.received.length, SOON).toBe(1);
    // At the first node, in both cases: one hears of it, the other does it.
    const revoked = await portalRequest(world.url, member, organisation.slug, `/keys/${key.id}/revoke`);
    expect(revoked.status).toBe(200);
    expect(await stream.over()).toBe(false);
    await gone;
    await expect.poll(async () => (await post(call('ping'))).status, SOON).toBe(401);
  });

  test('is over there too once its stream is', async () => {
    const { post, stream } = await openSession({ at: urlOf(at), to: urlOf(to) });
    stream.close();
    await expect.poll(async () => (await post(call('ping'))).status, SOON).toBe(404);
  });
});

describe('a session on another node is its opener’s alone', () => {
  test('another key, another member and another organisation are told what is told of one that never was', async () => {
    const session = await openSession();
    const { endpoint, member, organisation, post, said } = session;
    const colleague = await world.newMember([organisation, 'admin']);
    const stranger = await newMember();
    const { slug } = stranger.organisation;
    const thieves = [
      [organisation.slug, (await keyOf(world.url, member, organisation.slug)).secret],
      [organisation.slug, (await keyOf(world.url, colleague, organisation.slug)).secret],
      [slug, (await keyOf(world.url, stranger.member, slug)).secret],
      [organisation.slug, (await world.connect(member, 'full')).tokens.access_token],
    ] as const;
    const made = endpoint.replace(/\.[^.]+$/, `.${'A'.repeat(44)}`);
    for (const [place, credential] of thieves) {
      const at = (path: string) => path.replace(organisation.slug, place);
      const headers = headersOf(credential);
      const stolen = await errorOf(
        await post(toolCall('get_credits', {}, 'stolen'), { headers, path: at(endpoint) }),
      );
      expect(stolen).toMatchObject({ status: 404, code: 'not_found' });
      const guessed = await post(toolCall('get_credits', {}, 'stolen'), { headers, path: at(made) });
      expect(await errorOf(guessed)).toEqual(stolen);
    }
    expect(upstream.received).toEqual([]);
    await post(call('ping', undefined, 'mine'));
    expect(await said()).toMatchObject({ id: 'mine' });
  });

  test('nobody posts to it without a credential', async () => {
    const { post } = await openSession();
    expect((await post(call('ping'), { headers: { authorization: 'Bearer x' } })).status).toBe(401);
  });

  test('its own node does not take another’s word for whose it is, nor for what it may do', async () => {
    const { member, organisation, said, sessionId } = await openSession({ access: 'read' });
    const [key] = await world.rows<{ id: string }>('select id from keys where org_id = $1', [
      organisation.orgId,
    ]);
    const owner = {
      orgId: organisation.orgId,
      orgSlug: organisation.slug,
      actor: { kind: 'user', id: member.userId },
      role: 'member',
      access: 'full',
      clientId: undefined,
      grantId: undefined,
      keyId: key?.id,
    } as Principal;
    const store = createStore(world.demo.databaseUrl, silentLog);
    const nodeMail = createNodeMail({ store, key: deriveKey(NODES_SECRET, 'node mail'), log: silentLog });
    const feed = await store.listenForChanges({
      onChange: () => {},
      catchUp: async () => {},
      onCurrent: () => {},
    });
    onTestFinished(async () => {
      await nodeMail.close();
      await feed.close();
      await store.close();
    });
    const resource = parseResourcePath(`/mcp/${organisation.slug}/sse`, []);
    if (resource === undefined) throw new Error('that is no place');
    const passOn = async (principal: Principal, message: unknown) => {
      const body = Buffer.from(JSON.stringify(message));
      const passed = { sessionId, principal, resource, requestId: newId('req'), body };
      const answer = await nodeMail.ask(sessionId.split('.')[0] ?? '', 'sse', writePassedOn(passed));
      return readReceipt(answer ?? 'null').status;
    };
    expect(await passOn({ ...owner, keyId: newId('key') }, call('ping'))).toBe(404);
    expect(await passOn({ ...owner, orgId: newId('org') }, call('ping'))).toBe(404);
    expect(await passOn(owner, toolCall('delete_item', { id: '1' }, 1))).toBe(202);
    expect((await said()).result.isError).toBe(true);
    expect(upstream.received).toEqual([]);
  });
});

describe('what is posted to another node', () => {
  test.each([
    ['half a message', '{"jsonrpc":"2.0"', 'application/json', 400],
    ['a batch', [call('ping')], 'application/json', 400],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['more than a message may have', 'x'.repeat(14 * 1024 * 1024 + 1), 'application/json', 413],
  ])('(%s) is refused as at its own, and the session lives', async (_, body, type, status) => {
    const { post, said } = await openSession();
    const away = await post(body, { type });
    const home = await post(body, { type, node: world.url });
    expect([away.status, home.status]).toEqual([status, status]);
    expect(away.headers.get('content-type')).toBe(home.headers.get('content-type'));
    await post(call('ping', undefined, 'after'));
    expect(await said()).toMatchObject({ id: 'after' });
  });

  test('at once, fifty times at two nodes, is answered once each', async () => {
    const { post, stream } = await openSession();
    const ids = Array.from({ length: 50 }, (_, index) => `call ${index}`);
    const posted = await Promise.all(
      ids.map((id, index) =>
        post(toolCall('get_item', { id }, id), { node: index % 2 === 0 ? world.url : second.url }),
      ),
    );
    expect(posted.map(({ status }) => status)).toEqual(Array(50).fill(202));
    const answered: unknown[] = [];
    for (const _ of ids) answered.push(JSON.parse((await stream.next())?.data ?? '{}').id);
    expect(new Set(answered)).toEqual(new Set(ids));
    expect(upstream.received).toHaveLength(50);
    const called = upstream.received.map(({ url }) => decodeURIComponent(url.split('/').at(-1) ?? ''));
    expect(new Set(called)).toEqual(new Set(ids));
    await post(call('ping', undefined, 'last'));
    expect(JSON.parse((await stream.next())?.data ?? '{}')).toMatchObject({ id: 'last' });
    expect(stream.rest()).toEqual([]);
  });

  test('is limited there, before it is passed on', async () => {
    const { post, said } = await openSession({ at: second.url, to: world.url });
    const answers = await Promise.all(
      Array.from({ length: LIMIT + 1 }, () => post({ jsonrpc: '2.0', method: 'notifications/initialized' })),
    );
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused.map(({ status }) => status)).toEqual([429]);
    // Once: a header that is there twice would be two numbers in one.
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('ratelimit')).toContain('r=0');
    // The other node has a count of its own.
    await post(call('ping', undefined, 'at home'), { node: second.url });
    expect(await said()).toMatchObject({ id: 'at home' });
  });
});

test('what is posted at the session’s own node never touches the table', async () => {
  const { post, said } = await openSession({ to: world.url });
  await sql.query('begin');
  await sql.query('lock table node_mail in access exclusive mode');
  try {
    expect((await post(toolCall('get_credits', {}, 'here'))).status).toBe(202);
    expect(await said()).toMatchObject({ id: 'here' });
  } finally {
    await sql.query('rollback');
  }
});

describe('when nodes come and go', () => {
  test('a session whose node is gone is answered 404 after a while, and its mail taken back', async () => {
    const third = await startSecondNode(world.demo);
    const { post, stream } = await openSession({ at: third.url });
    expect((await post(call('ping'))).status).toBe(202);
    await third.close();
    await stream.over();
    expect(await errorOf(await post(call('ping')))).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('a node that is about to go takes no more for its sessions', async () => {
    const third = await startSecondNode(world.demo);
    const { post, said } = await openSession({ at: third.url });
    const asked = new Promise<() => void>((resolve) => {
      upstream.answer((_, res) => resolve(() => res.writeHead(204).end()));
    });
    await post(toolCall('get_credits', {}, 'slow'));
    const finish = await asked;
    const closed = third.close();
    await expect.poll(async () => (await errorOf(await post('nothing'))).status, SOON).toBe(503);
    finish();
    expect(await said()).toMatchObject({ id: 'slow' });
    await closed;
  });

  /** As a network does: the connections that listen are gone. */
  const cutFeeds = () =>
    sql.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey changes' and datname = current_database()",
    );

  /** No new connection gets in, so neither feed comes back until it may; the pools keep the ones they have. */
  async function whileDeaf(act: () => Promise<void>): Promise<void> {
    const name = pg.escapeIdentifier(new URL(world.demo.databaseUrl).pathname.slice(1));
    await onServer(inject('databaseServerUrl'), `alter database ${name} with allow_connections false`);
    try {
      await cutFeeds();
      for (const node of [world.url, second.url])
        await expect.poll(async () => (await fetch(`${node}/readyz`)).status, SOON).toBe(503);
      await act();
    } finally {
      await onServer(inject('databaseServerUrl'), `alter database ${name} with allow_connections true`);
    }
    for (const node of [world.url, second.url])
      await expect.poll(async () => (await fetch(`${node}/readyz`)).status, SOON).toBe(200);
  }

  const waiting = async () => (await sql.query('select 1 from node_mail')).rows.length;

  test('what is posted while no node hears is delivered once they hear again', async () => {
    const { post, said } = await openSession();
    let posted: Promise<Response> | undefined;
    await whileDeaf(async () => {
      posted = post(toolCall('get_credits', {}, 'patient'));
      await expect.poll(waiting, SOON).toBe(1);
      expect(upstream.received).toEqual([]);
    });
    expect((await posted)?.status).toBe(202);
    expect(await said()).toMatchObject({ id: 'patient' });
    expect(upstream.received).toHaveLength(1);
  });

  test('what was posted before a revocation, and is delivered after it, is not done', async () => {
    const { key, post, stream } = await openSession();
    let posted: Promise<Response> | undefined;
    await whileDeaf(async () => {
      posted = post(toolCall('delete_item', { id: '1' }, 'late'));
      await expect.poll(waiting, SOON).toBe(1);
      // As if it was announced in the meantime: the rows are there, the notification is not.
      await sql.query('update keys set revoked_at = now() where id = $1', [key.id]);
      await sql.query("insert into changes (kind, subject) values ('key', $1)", [key.id]);
    });
    expect([401, 404]).toContain((await posted)?.status);
    expect(await stream.over()).toBe(false);
    expect(upstream.received).toEqual([]);
  });
});
