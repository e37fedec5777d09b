import {
  bigint,
  customType,
  foreignKey,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import type { OrganisationId, WebhookId } from '../../kernel/ids.ts';
import { at } from './times.ts';
import { webhooks } from './webhooks.ts';

// What makes the audit trail one that shows when somebody changed it (docs/decisions/031-audit-chain.md).

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** The links of each organisation's chain. Each seals some of its audit rows, and all that was sealed before. */
export const auditBlocks = pgTable(
  'audit_blocks',
  {
    /** The organisation's id; empty: the rows that belong to none. */
    chain: text('chain').notNull(),
    /** 1, 2, 3, and so on. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
    /** What of a row is hashed, and how: see `row-leaf.ts`. The first release named none. */
    version: smallint('version').notNull().default(1),
    firstId: bigint('first_id', { mode: 'number' }).notNull(),
    lastId: bigint('last_id', { mode: 'number' }).notNull(),
    rows: integer('rows').notNull(),
    /** The rows it seals, in order, and the hash of each. Null: they were deleted by a policy that says how long rows live. */
    ids: bigint('ids', { mode: 'number' }).array(),
    leaves: bytes('leaves'),
    /** Of the leaves and of what they belong to. It stays when they go. */
    contentHash: bytes('content_hash').notNull(),
    /** Of the block before and of the content. */
    hash: bytes('hash').notNull(),
    sealedAt: at('sealed_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.chain, table.seq] })],
);

export type AuditMark = 'chain' | 'usage' | 'webhooks' | 'intents';

/** How far each of those has come that go through the audit rows in the order of their ids. */
export const auditMarks = pgTable('audit_marks', {
  name: text('name').$type<AuditMark>().primaryKey(),
  /** Everything up to here is done. */
  doneTo: bigint('done_to', { mode: 'number' }).notNull(),
});

/** Who is sent the audit rows, in order, and how far each has come (docs/decisions/044-audit-forwarding.md). */
export const auditForwards = pgTable(
  'audit_forwards',
  {
    /** `otlp`: the operator's collector, which is sent all rows. Else a webhook's id: those of its organisation. */
    destination: text('destination').primaryKey(),
    orgId: text('org_id').$type<OrganisationId>(),
    webhookId: text('webhook_id').$type<WebhookId>(),
    /** Everything up to here has arrived. */
    doneTo: bigint('done_to', { mode: 'number' }).notNull(),
    /** Failed attempts since something arrived. */
    attempts: integer('attempts').notNull().default(0),
    /** While a node is at it: when another one may take it up. */
    nextTryAt: at('next_try_at').notNull().defaultNow(),
    /** Of the last attempt that failed: what was answered, or why nobody answered. Null: the last one arrived. */
    failure: text('failure'),
  },
  (table) => [
    unique('audit_forwards_webhook').on(table.orgId, table.webhookId),
    foreignKey({
      columns: [table.orgId, table.webhookId],
      foreignColumns: [webhooks.orgId, webhooks.id],
    }).onDelete('cascade'),
  ],
);
