import { bigserial, index, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './times.ts';

// What nodes tell each other.

export const CHANGE_KINDS = [
  'grant',
  'grant_access',
  'key',
  'member',
  'agent',
  'client',
  'organisation',
  'connector',
  'signing_key',
  'token',
  'credential',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** The feed that every node follows. A row says what is no longer what it was; the reader asks for the rest. */
export const changes = pgTable(
  'changes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    kind: text('kind').$type<ChangeKind>().notNull(),
    subject: text('subject').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (table) => [index('changes_at').on(table.at)],
);
