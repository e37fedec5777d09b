import type pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../src/kernel/log.ts';
import { createStore } from '../src/store/store.ts';
import { createTestDatabase } from './support/database.ts';

/** As a network that ends a connection at the moment when it is taken from the pool. */
function lose(client: pg.PoolClient): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

test('a transaction that could not even begin gives its connection back', async () => {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const store = createStore(database.url, silentLog);
  store.pool.on('acquire', lose);
  for (let lost = 0; lost <= store.pool.options.max; lost += 1)
    await expect(store.transaction(async () => {})).rejects.toThrow(/begin|terminated|connection/i);
  store.pool.off('acquire', lose);
  await expect(store.transaction(async () => 'done')).resolves.toBe('done');
  expect(store.connectionFigures()['main']).toEqual({ open: 1, idle: 1, waiting: 0 });
  // Waits for each connection to come back.
  await store.close();
});
