import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../src/kernel/clock.ts';
import { rotateSecret } from '../src/rotate-secret.ts';
import { readMigrations } from '../src/store/migrations.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';
import { startWay } from './support/way-to-database.ts';

const READY = {
  status: 'ready',
  database: true,
  migrations: true,
  catalogues: true,
  changes: true,
  secret: true,
};
const SOON = { timeout: 20_000, interval: 20 };

let demo: RunningDemo;
let database: pg.Client;
const nodes: SecondNode[] = [];
beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
  database = new pg.Client({ connectionString: demo.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await database.end();
  await demo.close();
});

async function startNode(databaseUrl = demo.databaseUrl): Promise<SecondNode> {
  const node = await startSecondNode({ url: demo.url, databaseUrl });
  nodes.push(node);
  return node;
}

async function ask(node: { url: string }) {
  const response = await fetch(`${node.url}/readyz`);
  return { code: response.status, body: (await response.json()) as Record<string, unknown> };
}

const ready = { code: 200, body: READY };
const without = (...parts: string[]) => ({
  code: 503,
  body: {
    ...READY,
    status: 'not ready',
    ...Object.fromEntries(parts.map((part) => [part, false])),
  },
});

test('a node that can do its work says so, part by part', async () => {
  expect(await ask(demo)).toEqual(ready);
});

test('without its database a node is alive and not ready, and tells nobody where that is', async () => {
  const way = await startWay(demo.databaseUrl);
  const node = await startNode(way.url);
  expect(await ask(node)).toEqual(ready);
  // It hangs first, as behind a network that swallows everything, and is gone after.
  way.freeze();
  await expect.poll(async () => (await ask(node)).body['database'], SOON).toBe(false);
  way.close();
  await expect
    .poll(() => ask(node), SOON)
    .toEqual({ code: 503, body: { status: 'not ready', database: false, changes: false, secret: true } });
  expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
});

test('a schema that is behind makes it not ready; one that is ahead does not', async () => {
  const last = 'select max(created_at) from drizzle.__drizzle_migrations';
  await database.query(`update drizzle.__drizzle_migrations set created_at = 1 where created_at = (${last})`);
  expect(await ask(demo)).toEqual({
    code: 503,
    body: { ...READY, status: 'not ready', migrations: false, catalogues: false },
  });
  // As a newer release leaves it while this node is being replaced.
  await database.query(
    `update drizzle.__drizzle_migrations set created_at = 9999999999999 where created_at = 1`,
  );
  expect(await ask(demo)).toEqual(ready);
  await database.query(
    `update drizzle.__drizzle_migrations set created_at = $1 where created_at = (${last})`,
    [(await readMigrations()).at(-1)?.when],
  );
});

test('a node that can load no catalogue is not ready, until it can', async () => {
  const node = await startNode();
  await database.query(`update catalogues set body = '{' || body`);
  expect(await ask(node)).toEqual(without('catalogues'));
  await database.query(`update catalogues set body = substr(body, 2)`);
  expect(await ask(node)).toEqual(ready);
});

test('a node that does not hear what others revoke is not ready, until it does', async () => {
  const cut = () =>
    database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey changes' and datname = current_database()",
    );
  await expect
    .poll(async () => {
      await cut();
      return ask(demo);
    }, SOON)
    .toEqual(without('changes'));
  await expect.poll(() => ask(demo), SOON).toEqual(ready);
});

test('with a secret that was rotated a node is not ready', async () => {
  const node = await startNode();
  expect(await ask(node)).toEqual(ready);
  await rotateSecret(demo.latchkey.store, {
    clock: systemClock,
    previous: NODES_SECRET,
    next: 'another secret for all nodes, 32 characters',
  });
  await expect.poll(() => ask(node), SOON).toEqual(without('secret'));
});
