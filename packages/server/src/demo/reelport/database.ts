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
  // A lost connection reports itself twice: to its query, and as an event that ends the process if nobody
  // listens. The pool listens for the connections that are idle, a transaction for its own.
  const onLost = (error: Error) => log.warn({ err: error }, 'reelport lost a database connection');
  pool.on('error', onLost);

  return {
    async rows<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      return (await pool.query<Row>(sql, [...values])).rows;
    },
    async transaction(work) {
      const client = await pool.connect();
      let broken = false;
      client.on('error', onLost);
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
        client.off('error', onLost);
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
