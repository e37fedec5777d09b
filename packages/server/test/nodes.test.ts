import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { startDemo, type RunningDemo } from './support/app.ts';
import { onServer } from './support/on-server.ts';
import { connect, rpc, type Connection } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// Two nodes on one database. The second never hears of anything but through the database.
let demo: RunningDemo;
let second: SecondNode;
let database: pg.Client;

beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
  second = await startSecondNode(demo);
  database = new pg.Client({ connectionString: demo.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await second.close();
  await demo.close();
});

beforeEach(() =>
  vi.waitFor(
    async () => {
      if ((await readiness()) !== 200) throw new Error('the second node is not ready');
    },
    { timeout: 20_000 },
  ),
);

async function readiness(): Promise<number> {
  return (await fetch(`${second.url}/readyz`)).status;
}

/** As a network does: the connections that listen are gone. */
async function cutFeeds(): Promise<void> {
  await database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey changes' and datname = current_database()",
  );
}

function atSecondNode({ tokens }: Connection, path: string): Promise<number> {
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  return rpc(`${second.url}${path}`, bearer, 'tools/list').then(({ status }) => status);
}

/** While the database lets nobody new in, a node may be without a connection to it for a moment. */
async function decidedAtSecondNode(connection: Connection, path: string): Promise<number> {
  for (;;) {
    const status = await atSecondNode(connection, path);
    if (status < 500) return status;
    await sleep(250);
  }
}

async function keyOf({ person }: Connection, slug: string): Promise<string> {
  const url = `${demo.url}/portal/v1/organisations/${slug}/keys`;
  const response = await fetch(url, { headers: { cookie: person.cookieHeader() } });
  const { items } = (await response.json()) as { items: { id: string; status: string }[] };
  return items.find(({ status }) => status === 'active')?.id ?? '';
}

async function revokeAtFirstNode(connection: Connection, slug: string): Promise<void> {
  const keyId = await keyOf(connection, slug);
  const response = await fetch(`${demo.url}/portal/v1/organisations/${slug}/keys/${keyId}/revoke`, {
    method: 'POST',
    headers: {
      cookie: connection.person.cookieHeader(),
      origin: demo.url,
      'content-type': 'application/json',
    },
    body: '{}',
  });
  expect(response.status).toBe(200);
}

const MODES = [
  ['an access token', 'acme', 'owner@acme.test'],
  ['a minted key', 'globex', 'owner@globex.test'],
] as const;

test.each(MODES)(
  '%s revoked on one node is refused on the other, which had it in memory',
  async (_what, slug, email) => {
    const path = `/mcp/${slug}`;
    const connection = await connect(demo.url, { email, access: 'full', path });
    expect(await atSecondNode(connection, path)).toBe(200);
    await revokeAtFirstNode(connection, slug);
    await expect.poll(() => atSecondNode(connection, path)).toBe(401);
  },
);

test.each(MODES)(
  '%s whose end was never announced is refused after the feed reconnects',
  async (_what, slug, email) => {
    const path = `/mcp/${slug}`;
    const connection = await connect(demo.url, { email, access: 'full', path });
    expect(await atSecondNode(connection, path)).toBe(200);
    const keyId = await keyOf(connection, slug);
    // As after a lost connection: the rows are there, the notification is not.
    await database.query('begin');
    const { rows } = await database.query<{ grant_id: string }>(
      'update keys set revoked_at = now() where id = $1 returning grant_id',
      [keyId],
    );
    const grantId = rows[0]?.grant_id;
    await database.query('update grants set revoked_at = now() where id = $1', [grantId]);
    await database.query("insert into changes (kind, subject) values ('grant', $1), ('key', $2)", [
      grantId,
      keyId,
    ]);
    await database.query('commit');
    expect(await atSecondNode(connection, path)).toBe(200);
    await cutFeeds();
    await expect.poll(() => atSecondNode(connection, path)).toBe(401);
  },
);

test.each(MODES)(
  'while a node cannot hear the feed, %s is checked in the database on each call',
  async (_what, slug, email) => {
    const path = `/mcp/${slug}`;
    const connection = await connect(demo.url, { email, access: 'full', path });
    expect(await atSecondNode(connection, path)).toBe(200);
    const serverUrl = inject('databaseServerUrl');
    const name = pg.escapeIdentifier(new URL(demo.databaseUrl).pathname.slice(1));
    // No new connection gets in, so neither feed comes back; the pools keep the ones they have.
    await onServer(serverUrl, `alter database ${name} with allow_connections false`);
    try {
      await cutFeeds();
      await expect.poll(readiness).toBe(503);
      expect(await decidedAtSecondNode(connection, path)).toBe(200);
      await revokeAtFirstNode(connection, slug);
      expect(await decidedAtSecondNode(connection, path)).toBe(401);
    } finally {
      await onServer(serverUrl, `alter database ${name} with allow_connections true`);
    }
  },
);
