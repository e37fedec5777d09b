import {
  drizzle,
  NodePgSession,
  type NodePgDatabase,
  type NodePgTransaction,
} from 'drizzle-orm/node-postgres';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import * as schema from './schema.ts';

export type Database = NodePgDatabase<typeof schema>;
type Transaction = NodePgTransaction<typeof schema, ExtractTablesWithRelations<typeof schema>>;
/** What a query runs on: the pool, or the one connection of a transaction. */
export type Executor = Database | Transaction;

const POOL_CONNECTIONS_MAX = 12;
/** Few, because each of their statements serves many requests. */
const CALL_CONNECTIONS_MAX = 4;
const TOKEN_CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * Where all requests of a kind wait for one statement, a connection on which nothing comes back must not hold it for long.
 * It is ended then, and never used again.
 */
const SHARED_STATEMENT_TIMEOUT_MS = 10_000;
/** Sooner than we do the database gives up itself: then it is known that nothing of the statement was done. */
const CALL_STATEMENT_TIMEOUT_MS = 5_000;

export function createPool(url: string, log: Log, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'latchkey',
    ...options,
  });
  // A connection that breaks fails the query that is using it, and is replaced at its next use. Without a listener of
  // its own, for the time that it is checked out, it would end the process.
  const note = (error: Error) => log.warn({ error: error.message }, 'a database connection broke');
  pool.on('error', note);
  pool.on('connect', (client) => client.on('error', note));
  return pool;
}

// A prepared statement is planned once, and maybe while its tables are nearly empty or were never analysed: a plan that
// reads a family from its beginning is cheap then. All that the token endpoint asks for is found by a key, in the order
// in which the statements are written, so that is the plan from the beginning.
const PLAN_FOR_KEYS =
  'set plan_cache_mode = force_generic_plan; set join_collapse_limit = 1; set enable_seqscan = off; ' +
  'set enable_hashjoin = off; set enable_mergejoin = off; set jit = off';

/** For the statements of the token endpoint alone (`tokens/`): short, prepared, by key. */
export function createTokenPool(url: string, log: Log): pg.Pool {
  return createPool(url, log, {
    max: TOKEN_CONNECTIONS_MAX,
    application_name: 'latchkey tokens',
    query_timeout: SHARED_STATEMENT_TIMEOUT_MS,
    verify: (client, done) => client.query(PLAN_FOR_KEYS, (error) => done(error)),
  });
}

/** For what calls wait for and share: what is recorded of them, and quotas. */
export function createCallPool(url: string, log: Log): pg.Pool {
  return createPool(url, log, {
    max: CALL_CONNECTIONS_MAX,
    query_timeout: SHARED_STATEMENT_TIMEOUT_MS,
    verify: (client, done) =>
      client.query(`set statement_timeout = ${CALL_STATEMENT_TIMEOUT_MS}`, (error) => done(error)),
  });
}

export function createDatabase(pool: pg.Pool): Database {
  return drizzle(pool, { schema });
}

/**
 * All or nothing, on a connection of the pool. By hand, because the library's own never gives a connection back on which
 * `begin` failed: as many of these as there are connections, and no query would ever run again.
 */
export async function transactionOn<T>(pool: pg.Pool, work: (executor: Executor) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const session = new NodePgSession<typeof schema, ExtractTablesWithRelations<typeof schema>>(
      client,
      DIALECT,
      undefined,
    );
    return await session.transaction(work);
  } finally {
    client.release();
  }
}

const DIALECT = new PgDialect();

/** On one connection, within whatever transaction that is in. It must not begin one of its own. */
export function createDatabaseOn(client: pg.Client): Database {
  return drizzle(client, { schema });
}
