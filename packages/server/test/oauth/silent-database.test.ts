import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/kernel/log.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase } from '../support/database.ts';
import { startWay } from '../support/way-to-database.ts';

test('a database connection that falls silent under a shared statement holds up the token endpoint for a while, not for good', async () => {
  const database = await createTestDatabase();
  const way = await startWay(database.url);
  const { tokens, close } = createStore(way.url, silentLog);
  onTestFinished(async () => {
    way.close();
    await close();
    await database.drop();
  });
  expect(await tokens.findClient('cli_nobody')).toBeUndefined();
  way.freeze();
  // After a while they are asked again, on connections that answer.
  const found = await Promise.all([tokens.findClient('cli_nobody'), tokens.findClient('cli_other')]);
  expect(found).toEqual([undefined, undefined]);
});
