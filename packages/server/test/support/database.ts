import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { silentLog } from '../../src/kernel/log.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { dropDatabase } from './drop-database.ts';
import { onServer } from './on-server.ts';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A migrated database of one's own, without a row, on the run's real PostgreSQL. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(`template ${inject('databaseTemplate')}`);
}

/** One without a table. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('');
}

async function createDatabase(like: string): Promise<TestDatabase> {
  const serverUrl = inject('databaseServerUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(serverUrl, `create database ${name} ${like}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabase(serverUrl, name) };
}

export async function createTestStore(): Promise<{ store: Store; url: string; close(): Promise<void> }> {
  const database = await createTestDatabase();
  const store = createStore(database.url, silentLog);
  return {
    store,
    url: database.url,
    async close() {
      await store.close();
      await database.drop();
    },
  };
}
