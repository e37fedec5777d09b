import { drizzle, type NodePgDatabase, type NodePgTransaction } from 'drizzle-orm/node-postgres';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import * as schema from './schema.ts';

export type Database = NodePgDatabase<typeof schema>;
type Transaction = NodePgTransaction<typeof schema, ExtractTablesWithRelations<typeof schema>>;
/** What a query runs on: the pool, or the one connection of a transaction. */
export type Executor = Database | Transaction;

const POOL_CONNECTIONS_MAX = 16;
const CONNECT_TIMEOUT_MS = 10_000;

export function createPool(url: string, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'latchkey',
  });
  // A connection that breaks fails the query that is using it, and is replaced at its next use. Without a listener of
  // its own, for the time that it is checked out, it would end the process.
  const note = (error: Error) => log.warn({ error: error.message }, 'a database connection broke');
  pool.on('error', note);
  pool.on('connect', (client) => client.on('error', note));
  return pool;
}

export function createDatabase(pool: pg.Pool): Database {
  return drizzle(pool, { schema });
}
