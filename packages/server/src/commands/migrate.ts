import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { createLog } from '../kernel/log.ts';
import { openDatabase } from '../open-database.ts';
import { createPool } from '../store/database.ts';
import { reachingDatabase } from '../store/database-out-of-reach.ts';
import { migrateDatabase } from '../store/migrate.ts';
import { NewerSchemaError } from '../store/newer-schema.ts';
import { refuseToStart } from './lifecycle.ts';

export const MIGRATE_HELP = `latchkey migrate

Brings the database (DATABASE_URL, or the embedded one in LATCHKEY_DATA_DIR) to this release's schema. "latchkey serve"
does the same when it starts; this is for those who want it as a step of its own.
`;

export async function migrate(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    process.stdout.write(MIGRATE_HELP);
    return;
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  const log = createLog(config.value.logLevel);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const database = await openDatabase(config.value, { say, log, onLost: say });
  if (!database.ok) return refuseToStart([database.error.message]);
  const pool = createPool(database.value.url, log);
  try {
    await reachingDatabase(database.value.url, () => migrateDatabase(pool));
    say('The database is at this release’s schema.');
  } catch (error) {
    if (!(error instanceof NewerSchemaError)) throw error;
    refuseToStart([error.message]);
  } finally {
    await pool.end();
    await database.value.close();
  }
}
