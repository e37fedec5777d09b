import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { ClientId, GrantId, KeyId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { users } from './people.ts';
import { at } from './times.ts';

// How apps get on with connecting, from their first 401 to their first call.

/** One step of an attempt, as it is stored. Which there are: `audit/attempts/steps.ts`. */
export interface AttemptStep {
  readonly step: string;
  /** ISO 8601, of the first time. */
  readonly at: string;
  /** Why it did not work; absent: it did. */
  readonly fault?: string;
  /** How often, if more than once, and when the last time. */
  readonly times?: number;
  readonly last?: string;
  /** What helps to see what happened: never a secret, never an argument. */
  readonly detail?: string;
}

export const connectionAttempts = pgTable(
  'connection_attempts',
  {
    id: text('id').primaryKey(),
    /** Whose URL it was made at, or whose consent it ended in. Null: nobody's yet, and nobody else sees it. */
    orgId: text('org_id')
      .$type<OrganisationId>()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** The path of the connector URL; null: nothing has named one yet. */
    resource: text('resource'),
    /** A keyed hash of where it came from. The address itself is not kept. */
    source: text('source').notNull(),
    /** The network that the address lies in, for admins. */
    network: text('network').notNull(),
    userAgent: text('user_agent').notNull(),
    clientId: text('client_id').$type<ClientId>(),
    clientName: text('client_name'),
    /** Where its code goes: a host. */
    destination: text('destination'),
    userId: text('user_id')
      .$type<UserId>()
      .references(() => users.id, { onDelete: 'set null' }),
    /** The authorize request that it is, by the hash of its id. */
    transactionHash: text('transaction_hash'),
    grantId: text('grant_id').$type<GrantId>(),
    /** For those that come with a key in place of a sign-in. */
    keyId: text('key_id').$type<KeyId>(),
    steps: jsonb('steps').$type<AttemptStep[]>().notNull(),
    startedAt: at('started_at').notNull(),
    lastAt: at('last_at').notNull(),
  },
  (table) => [
    index('connection_attempts_org').on(table.orgId, table.startedAt, table.id),
    index('connection_attempts_source').on(table.source, table.lastAt),
    uniqueIndex('connection_attempts_transaction').on(table.transactionHash),
    index('connection_attempts_client')
      .on(table.clientId, table.lastAt)
      .where(sql`${table.transactionHash} is null`),
    index('connection_attempts_grant').on(table.grantId),
    index('connection_attempts_key').on(table.keyId),
    index('connection_attempts_user').on(table.userId),
    index('connection_attempts_last').on(table.lastAt),
  ],
);
