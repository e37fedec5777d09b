import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../src/kernel/log.ts';
import { createChangeListener } from '../src/store/change-listener.ts';
import { createTestDatabase } from './support/database.ts';
import { startWay } from './support/way-to-database.ts';

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
  await expect.poll(() => told.at(-1)).toBe('grt_1');
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
  await vi.waitFor(() => expect(releases).toHaveLength(1), { timeout: 20_000 });
  way.cut();
  await vi.waitFor(() => expect(releases).toHaveLength(2), { timeout: 20_000 });
  releases[0]?.();
  await new Promise(setImmediate);
  expect(told).toEqual(['current', 'lost', 'lost']);
  releases[1]?.();
  await new Promise(setImmediate);
  expect(told).toEqual(['current', 'lost', 'lost', 'current']);
});
