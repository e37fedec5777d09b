import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createChangeFeed } from '../src/grants/change-feed.ts';
import { createStandings } from '../src/grants/standings.ts';
import type { OrganisationId, UserId } from '../src/kernel/ids.ts';
import { silentLog } from '../src/kernel/log.ts';
import { createStore } from '../src/store/store.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { createTestStore } from './support/database.ts';
import { connect, rpc, type Connection } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';
import { startWay } from './support/way-to-database.ts';

// Two nodes on one database. The second reaches it by a way on which everything can come to a standstill, and nobody says so.
let demo: RunningDemo;
let way: Awaited<ReturnType<typeof startWay>>;
let second: SecondNode;
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
  way = await startWay(demo.databaseUrl);
  second = await startSecondNode({ ...demo, databaseUrl: way.url });
});
afterAll(async () => {
  way.restore();
  way.cut();
  await second.close();
  way.close();
  await demo.close();
});

interface Key {
  id: string;
  secret: string;
}

async function newKey({ person }: Connection): Promise<Key> {
  const made = await atPortal(person.cookieHeader(), '/keys', {
    name: 'By hand',
    access: 'read',
    expires_in_days: 7,
  });
  return (await made.json()) as Key;
}

function atPortal(cookie: string, path: string, body: object): Promise<Response> {
  return fetch(`${demo.url}/portal/v1/organisations/acme${path}`, {
    method: 'POST',
    headers: { cookie, origin: demo.url, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const byMcp = (secret: string) =>
  rpc(`${second.url}/mcp/acme`, { authorization: `Bearer ${secret}` }, 'tools/list');
const byRest = (secret: string) =>
  fetch(`${second.url}/api/reelport/bundles`, { headers: { 'x-api-key': secret } });

const SOON = { timeout: 40_000, interval: 200 };

test('a node that a silent network cuts off notices it, refuses what was revoked meanwhile, and serves the others', async () => {
  const owner = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
  const [revoked, good] = [await newKey(owner), await newKey(owner)];
  for (const { secret } of [revoked, good]) expect((await byMcp(secret)).status).toBe(200);
  way.freeze();
  const answer = await atPortal(owner.person.cookieHeader(), `/keys/${revoked.id}/revoke`, {});
  expect(answer.status).toBe(200);
  await expect.poll(async () => (await byMcp(revoked.secret)).status, SOON).toBe(401);
  // What was open before is not waited on for ever.
  await expect.poll(async () => (await byMcp(good.secret)).status, SOON).toBe(200);
  await expect.poll(async () => (await byRest(good.secret)).status, SOON).toBe(200);
});

test('a node without its database answers 503 at both doors, and when to try again: never yes from memory', async () => {
  const owner = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
  const { secret } = await newKey(owner);
  await expect.poll(async () => (await byMcp(secret)).status, SOON).toBe(200);
  await expect.poll(async () => (await byRest(secret)).status, SOON).toBe(200);
  way.swallow();
  await expect.poll(async () => (await byMcp(secret)).status, SOON).toBe(503);
  for (const answer of [await byMcp(secret), await byRest(secret), await byMcp(owner.tokens.access_token)]) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({
      error: { code: 'unavailable', request_id: answer.headers.get('x-request-id') },
    });
  }
  expect((await fetch(`${second.url}/readyz`)).status).toBe(503);
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  expect(metrics).toContain('latchkey_change_feed_connected 0');
  expect(Number(/^latchkey_change_feed_age_seconds ([\d.]+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  way.restore();
  await expect.poll(async () => (await byMcp(secret)).status, SOON).toBe(200);
  await expect.poll(async () => (await byRest(secret)).status, SOON).toBe(200);
});

test('a process that was held up for longer than the bound trusts nothing until it has heard the feed again', async () => {
  const { close, store } = await createTestStore();
  let nowMs = 0;
  const feed = createChangeFeed({ store, log: silentLog, clock: { nowMs: () => nowMs } });
  onTestFinished(async () => {
    await feed.close();
    await close();
  });
  await feed.start();
  expect(feed.isCurrent()).toBe(true);
  nowMs += 9_999;
  expect(feed.isCurrent()).toBe(true);
  nowMs += 1;
  expect(feed.isCurrent()).toBe(false);
  expect(feed.ageMs()).toBe(10_000);
  // The connection lives: the next time that it is asked and answers is enough.
  await expect.poll(() => feed.isCurrent(), SOON).toBe(true);
});

test.each(['steady', 'wall'] as const)(
  'who was away for longer than changes are kept, by the %s clock, remembers nothing of the time before',
  async (which) => {
    const [near, far] = [createStore(demo.databaseUrl, silentLog), createStore(way.url, silentLog)];
    const nowMs = { steady: 0, wall: 0 };
    // Only those that tell of changes are out of reach: the database itself answers all the while.
    const feed = createChangeFeed({
      store: far,
      log: silentLog,
      clock: { nowMs: () => nowMs.steady },
      wall: { nowMs: () => nowMs.wall },
    });
    onTestFinished(async () => {
      way.restore();
      await feed.close();
      await Promise.all([near.close(), far.close()]);
    });
    const standings = createStandings({ store: near, feed });
    await feed.start();
    const { rows } = await near.pool.query<{ org: OrganisationId; id: UserId }>(
      `select org_id as org, user_id as id from memberships where role = 'member' limit 1`,
    );
    const [{ org, id } = { org: '' as OrganisationId, id: '' as UserId }] = rows;
    const roleNow = async () => (await standings.of(org, { kind: 'user', id }))?.role;
    const setRole = (role: string) =>
      near.pool.query('update memberships set role = $1 where org_id = $2 and user_id = $3', [role, org, id]);

    way.cut();
    way.swallow();
    await expect.poll(() => feed.isCurrent(), SOON).toBe(false);
    await setRole('admin');
    expect(await roleNow()).toBe('admin');
    // What is said of it is swept away before this node is back.
    await setRole('member');
    nowMs[which] += 2 * 3600 * 1000;
    way.restore();
    await expect.poll(() => feed.isCurrent(), SOON).toBe(true);
    expect(await roleNow()).toBe('member');
  },
);
