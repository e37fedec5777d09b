import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createClientRoom } from '../../src/grants/client-room.ts';
import { newId } from '../../src/kernel/ids.ts';
import { createTestStore } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
beforeAll(async () => {
  database = await createTestStore();
});
afterAll(() => database.close());

function register() {
  return database.store.clients.register({
    id: newId('cli'),
    name: 'App',
    redirectUris: ['https://app.test/callback'],
    authMethod: 'none',
    secretHash: null,
    metadataHash: null,
  });
}

test('many that come at once are let in to the last place and no further, and counted a few times', async () => {
  const { clients } = database.store;
  const counted = vi.spyOn(clients, 'countUnconfirmed');
  const room = createClientRoom({ store: database.store });
  const max = (await clients.countUnconfirmed(1000)) + 60;
  counted.mockClear();
  const made = await Promise.all(Array.from({ length: 100 }, () => room.enter(max, register)));
  expect(made.filter((client) => client !== undefined)).toHaveLength(60);
  expect(await room.enter(max, register)).toBeUndefined();
  expect(await room.enter(max + 1, register)).toBeDefined();
  // At first, and twice when it is reckoned to be full; on a machine that takes seconds for it, a few more.
  expect(counted.mock.calls.length).toBeLessThan(10);
  counted.mockRestore();
});

test('a place that was given up is found again within a second or so', async () => {
  const { clients, pool } = database.store;
  const room = createClientRoom({ store: database.store });
  const max = await clients.countUnconfirmed(1000);
  expect(await room.enter(max, register)).toBeUndefined();
  await pool.query('delete from clients where id = (select id from clients limit 1)');
  await expect.poll(() => room.enter(max, register)).toBeDefined();
});

test('who comes while room is being made waits for it', async () => {
  const { clients, pool } = database.store;
  const room = createClientRoom({ store: database.store });
  await pool.query(`update clients set last_used_at = now() - interval '2 hours'`);
  const max = await clients.countUnconfirmed(1000);
  let goOn = (): void => {};
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { deleteUnconfirmed } = clients;
  const deleting = vi.spyOn(clients, 'deleteUnconfirmed').mockImplementation(async (idle) => {
    await mayGoOn;
    return deleteUnconfirmed(idle);
  });
  const first = room.enter(max, register);
  await vi.waitFor(() => expect(deleting).toHaveBeenCalled(), { timeout: 20_000 });
  const second = room.enter(max, register);
  goOn();
  expect([await first, await second].filter((client) => client !== undefined)).toHaveLength(2);
  deleting.mockRestore();
});
