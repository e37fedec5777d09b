import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, createdAt } from './times.ts';

// What was said of the chains of audit rows, in a way that can be kept elsewhere (docs/decisions/040-audit-checkpoints.md).

/** The keys that checkpoints are signed with. None is deleted: a checkpoint is good for as long as somebody keeps it. */
export const auditCheckpointKeys = pgTable('audit_checkpoint_keys', {
  /** The thumbprint of its public half (RFC 7638). */
  kid: text('kid').primaryKey(),
  sealedPrivateJwk: text('sealed_private_jwk').notNull(),
  createdAt: createdAt(),
});

/** What each chain ended with at a time, signed. */
export const auditCheckpoints = pgTable(
  'audit_checkpoints',
  {
    chain: text('chain').notNull(),
    /** The block that it ended with. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
    token: text('token').notNull(),
    signedAt: at('signed_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.chain, table.seq] })],
);
