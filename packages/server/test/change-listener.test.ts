import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../src/kernel/log.ts';
import { createChangeListener } from '../src/store/change-listener.ts';
import { createTestDatabase } from './support/database.ts';

/** The way to a database, on which everything can come to a standstill without anybody being told. */
async function startWay(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const everySocket: Socket[] = [];
  const server = createServer((near) => {
    const far = connectSocket(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      everySocket.push(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    /** From now on not a byte passes on the connections that there are. */
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
      sockets.clear();
    },
    /** Ends them, as a network that breaks and says so. */
    cut() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    close() {
      for (const socket of everySocket) socket.destroy();
      server.close();
    },
  };
}

async function announce(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("select pg_notify('latchkey_changes', $1)", [
    JSON.stringify({ id: 1, kind: 'grant', subject: 'grt_1' }),
  ]);
  await client.end();
}

test('V4: a connection that falls silent without ending counts as lost, and a new one takes its place', async () => {
  const database = await createTestDatabase();
  const way = await startWay(database.url);
  const told: string[] = [];
  const listener = await createChangeListener(
    way.url,
    silentLog,
  )({
    onChange: ({ subject }) => told.push(subject),
    catchUp: () => Promise.resolve(),
    onCurrent: (isCurrent) => told.push(isCurrent ? 'current' : 'lost'),
  });
  onTestFinished(async () => {
    await listener.close();
    way.close();
    await database.drop();
  });
  expect(told).toEqual(['current']);
  way.freeze();
  await vi.waitFor(() => expect(told).toEqual(['current', 'lost', 'current']), { timeout: 30_000 });
  await announce(database.url);
  await vi.waitFor(() => expect(told.at(-1)).toBe('grt_1'));
});

test('V4: a connection that was lost while it caught up is not current, however that ends', async () => {
  const database = await createTestDatabase();
  const way = await startWay(database.url);
  const told: string[] = [];
  const releases: (() => void)[] = [];
  const listener = await createChangeListener(
    way.url,
    silentLog,
  )({
    onChange: () => {},
    // After the first time, catching up takes until it is told to end.
    catchUp: () =>
      told.length === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            releases.push(resolve);
          }),
    onCurrent: (isCurrent) => told.push(isCurrent ? 'current' : 'lost'),
  });
  onTestFinished(async () => {
    await listener.close();
    way.close();
    await database.drop();
  });
  way.cut();
  await vi.waitFor(() => expect(releases).toHaveLength(1), { timeout: 10_000 });
  way.cut();
  await vi.waitFor(() => expect(releases).toHaveLength(2), { timeout: 10_000 });
  releases[0]?.();
  await new Promise(setImmediate);
  expect(told).toEqual(['current', 'lost', 'lost']);
  releases[1]?.();
  await new Promise(setImmediate);
  expect(told).toEqual(['current', 'lost', 'lost', 'current']);
});
