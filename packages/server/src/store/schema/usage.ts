import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { OrganisationId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { at } from './times.ts';

/** Calls by the hour, counted from the audit rows. Empty texts stand for "none", so that all of them can be the key. */
export const usageHours = pgTable(
  'usage_hours',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    hour: at('hour').notNull(),
    action: text('action').notNull(),
    connector: text('connector').notNull(),
    tool: text('tool').notNull(),
    clientId: text('client_id').notNull(),
    keyId: text('key_id').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    calls: integer('calls').notNull(),
    /** By us: access, a rule, arguments that the tool does not take. */
    refused: integer('refused').notNull(),
    /** 429 by what stands behind us. */
    limited: integer('limited').notNull(),
    /** Other answers of 4xx. */
    clientErrors: integer('client_errors').notNull(),
    serverErrors: integer('server_errors').notNull(),
    /** No answer at all. */
    failed: integer('failed').notNull(),
    /** How many calls took how long: one count for each bound of `kernel/durations.ts`, and one for what is beyond. */
    durations: integer('durations').array().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'usage_hours_key',
      columns: [
        table.orgId,
        table.hour,
        table.action,
        table.connector,
        table.tool,
        table.clientId,
        table.keyId,
        table.actorKind,
        table.actorId,
      ],
    }),
  ],
);

/** What an organisation that has a monthly quota has used of it (docs/decisions/043-quotas.md). */
export const quotaUse = pgTable(
  'quota_use',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** Of UTC: 2026-11. */
    month: text('month').notNull(),
    /** Used, or held by a node that is about to use them. */
    calls: bigint('calls', { mode: 'number' }).notNull(),
    /** The same, in thousandths of a credit. */
    millicredits: bigint('millicredits', { mode: 'number' }).notNull(),
    /** What the last statement gave to who made it, which could not know otherwise. */
    givenCalls: bigint('given_calls', { mode: 'number' }).notNull(),
    givenMillicredits: bigint('given_millicredits', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.month] })],
);
