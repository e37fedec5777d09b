import type { Config } from '../config.ts';
import { createLog } from '../kernel/log.ts';
import { findMasterSecret } from '../master-secret.ts';
import { openDatabaseBeside } from '../open-database.ts';
import { reachingDatabase } from '../store/database-out-of-reach.ts';
import { createStore, type Store } from '../store/store.ts';
import { refuseToStart } from './lifecycle.ts';

/**
 * Does something in the database, beside a running service too, and lets go of it. Says why where it does not open, and
 * makes no database in a folder where there is none.
 */
export async function withStoreBeside(config: Config, act: (store: Store) => Promise<void>): Promise<void> {
  const { databaseUrl, dataDir, secret } = config;
  if (databaseUrl === undefined && (await findMasterSecret(secret, dataDir)) === undefined)
    return refuseToStart([`The service has not been started in ${dataDir}.`]);
  const log = createLog(config.logLevel);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const database = await openDatabaseBeside(config, { say, log, onLost: say });
  if (!database.ok) return refuseToStart([database.error.message]);
  const store = createStore(database.value.url, log);
  try {
    await reachingDatabase(database.value.url, () => act(store));
  } finally {
    await store.close();
    await database.value.close();
  }
}
