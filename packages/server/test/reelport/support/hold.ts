import pg from 'pg';

export interface Hold {
  /** How many of Reelport's connections wait for a lock. */
  waiting(): Promise<number>;
  /** Ends the connections that wait, and says how many they were. */
  endWaiting(): Promise<number>;
  release(): Promise<void>;
}

const WAITING = `from pg_stat_activity where datname = current_database()
  and application_name = 'reelport' and wait_event_type = 'Lock'`;

/** Locks rows from outside, so that a test decides in which order things happen. */
export async function hold(databaseUrl: string, select: string, values: readonly string[]): Promise<Hold> {
  // Two connections: within the transaction that holds the lock, what the others do is read only once.
  const holder = new pg.Client({ connectionString: databaseUrl });
  const watcher = new pg.Client({ connectionString: databaseUrl });
  await Promise.all([holder.connect(), watcher.connect()]);
  await holder.query('begin');
  await holder.query(`${select} for update`, [...values]);
  return {
    waiting: async () => (await watcher.query(`select ${WAITING}`)).rowCount ?? 0,
    endWaiting: async () =>
      (await watcher.query(`select pg_terminate_backend(pid) ${WAITING}`)).rowCount ?? 0,
    async release() {
      await holder.query('rollback');
      await Promise.all([holder.end(), watcher.end()]);
    },
  };
}
