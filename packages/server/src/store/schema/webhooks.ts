import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { OrganisationId, UserId, WebhookId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { at, createdAt } from './times.ts';

// Whom an organisation has told of what happens in it (docs/decisions/038-webhooks.md).

export type WebhookDisabledWhy = 'by_person' | 'failing' | 'too_many_waiting';
export type DeliveryState = 'waiting' | 'delivered' | 'given_up';

export const webhooks = pgTable(
  'webhooks',
  {
    id: text('id').$type<WebhookId>().notNull(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    description: text('description').notNull(),
    /** Which kinds of events it is told of: `kernel/webhook-families.ts`. */
    families: text('families').array().notNull(),
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
    /** Of the audit rows those alone that come after this one. */
    afterId: bigint('after_id', { mode: 'number' }).notNull(),
    /** Since when no delivery has arrived, while some were tried. */
    failingSince: at('failing_since'),
    disabledAt: at('disabled_at'),
    disabledWhy: text('disabled_why').$type<WebhookDisabledWhy>(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    check(
      'webhooks_disabled',
      sql`(${table.disabledAt} is null) = (${table.disabledWhy} is null) and (${table.disabledWhy} is null or ${table.disabledWhy} in ('by_person', 'failing', 'too_many_waiting'))`,
    ),
    check('webhooks_url', sql`${table.url} like 'https://%' and length(${table.url}) <= 2048`),
  ],
);

/** What its deliveries are signed with: one, and for a day after it was replaced the one before. */
export const webhookSecrets = pgTable(
  'webhook_secrets',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    webhookId: text('webhook_id').$type<WebhookId>().notNull(),
    sealed: text('sealed').notNull(),
    createdAt: createdAt(),
    /** Null: it is the one of today. */
    endsAt: at('ends_at'),
  },
  (table) => [
    foreignKey({
      columns: [table.orgId, table.webhookId],
      foreignColumns: [webhooks.orgId, webhooks.id],
    }).onDelete('cascade'),
    index('webhook_secrets_webhook').on(table.orgId, table.webhookId),
  ],
);

/** Each event for each webhook: still to be delivered, or how that went. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    /** The same at each attempt, and in what is sent. */
    id: text('id').notNull(),
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    webhookId: text('webhook_id').$type<WebhookId>().notNull(),
    type: text('type').notNull(),
    body: text('body').notNull(),
    createdAt: createdAt(),
    state: text('state').$type<DeliveryState>().notNull().default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    /** While a node is at it: when another one may take it up. */
    nextTryAt: at('next_try_at').notNull().defaultNow(),
    triedAt: at('tried_at'),
    /** Of the last attempt. Null: nobody answered, for the reason in `fault`. */
    status: integer('status'),
    fault: text('fault'),
    /** How the answer began. */
    answer: text('answer'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({
      columns: [table.orgId, table.webhookId],
      foreignColumns: [webhooks.orgId, webhooks.id],
    }).onDelete('cascade'),
    index('webhook_deliveries_page').on(table.orgId, table.webhookId, table.createdAt.desc(), table.id),
    index('webhook_deliveries_due')
      .on(table.orgId, table.webhookId, table.nextTryAt)
      .where(sql`${table.state} = 'waiting'`),
    index('webhook_deliveries_created').on(table.createdAt),
    check('webhook_deliveries_state', sql`${table.state} in ('waiting', 'delivered', 'given_up')`),
  ],
);
