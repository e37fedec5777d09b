import type pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { createChangeListener, type ChangeListener } from './change-listener.ts';
import { createDatabase, createPool, type Executor } from './database.ts';
import { createAuditQueries } from './queries/audit-events.ts';
import { createAuthorizationQueries } from './queries/authorizations.ts';
import { createChangeQueries } from './queries/changes.ts';
import { createClientQueries } from './queries/clients.ts';
import { createConnectorQueries } from './queries/connectors.ts';
import { createGrantQueries } from './queries/grants.ts';
import { createKeyQueries } from './queries/keys.ts';
import { createPeopleQueries } from './queries/people.ts';
import { createSigningKeyQueries } from './queries/signing-keys.ts';

function createQueries(executor: Executor) {
  return {
    people: createPeopleQueries(executor),
    connectors: createConnectorQueries(executor),
    clients: createClientQueries(executor),
    authorizations: createAuthorizationQueries(executor),
    grants: createGrantQueries(executor),
    keys: createKeyQueries(executor),
    signingKeys: createSigningKeyQueries(executor),
    changes: createChangeQueries(executor),
    audit: createAuditQueries(executor),
  };
}

/** The queries, a table group each, on one connection or on the pool. */
export type Queries = ReturnType<typeof createQueries>;

export interface Store extends Queries {
  /** All or nothing; a thrown error rolls back. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Hears each change that another node, or this one, announces. */
  listenForChanges: ChangeListener;
  /** For better-auth alone, which brings its own queries. */
  pool: pg.Pool;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function createStore(url: string, log: Log): Store {
  const pool = createPool(url, log);
  const database = createDatabase(pool);
  return {
    ...createQueries(database),
    transaction: (work) => database.transaction((transaction) => work(createQueries(transaction))),
    listenForChanges: createChangeListener(url, log),
    pool,
    async ping() {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}
