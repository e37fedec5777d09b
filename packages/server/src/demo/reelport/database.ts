import { Pool } from 'pg';
import type { QueryResultRow } from 'pg';

import type { Log } from '../../kernel/log.ts';

/** Something that runs one statement: the pool, or a transaction. */
export interface Queries {
  rows<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queries {
  /** Commits if `work` resolves, rolls back if it rejects. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function connectReelport(databaseUrl: string, log: Log): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 8,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    application_name: 'reelport',
  });
  // Without a listener, a connection that the server closes while idle would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'reelport lost an idle database connection'));

  return {
    async rows<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      return (await pool.query<Row>(sql, [...values])).rows;
    },
    async transaction(work) {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query('begin');
        const result = await work({
          async rows<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) {
            return (await client.query<Row>(sql, [...values])).rows;
          },
        });
        await client.query('commit');
        return result;
      } catch (thrown) {
        await client.query('rollback').catch(() => {
          broken = true;
        });
        throw thrown;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

const UNAVAILABLE_CODES = ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03', '53300'];

/** True if a query failed because there was no working connection, so that the same call may work later. */
export function isUnavailable(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown ? thrown.code : undefined;
  return (
    (typeof code === 'string' && UNAVAILABLE_CODES.includes(code)) ||
    /^Connection terminated|timeout exceeded when trying to connect/.test(thrown.message)
  );
}
