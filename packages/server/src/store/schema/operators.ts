import { boolean, index, pgTable, text } from 'drizzle-orm/pg-core';
import type { UserId } from '../../kernel/ids.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// Who looks after the installation, and what it runs on (docs/decisions/039-operators.md).

/** Not members of anything by this: they see names and counts of organisations, and nothing inside of one. */
export const operators = pgTable('operators', {
  userId: text('user_id')
    .$type<UserId>()
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** By LATCHKEY_CONFIG: gone from there, gone from here. */
  declared: boolean('declared').notNull().default(false),
  createdAt: createdAt(),
});

/** The processes that serve this installation. Each writes its own row anew, again and again, while it lives. */
export const nodes = pgTable(
  'nodes',
  {
    id: text('id').primaryKey(),
    host: text('host').notNull(),
    /** Null: both halves. */
    half: text('half').$type<'gateway' | 'web'>(),
    version: text('version').notNull(),
    runtime: text('runtime').notNull(),
    /** Whether it hears at once what others revoke. */
    hearsChanges: boolean('hears_changes').notNull(),
    startedAt: at('started_at').notNull().defaultNow(),
    seenAt: at('seen_at').notNull().defaultNow(),
  },
  (table) => [index('nodes_seen').on(table.seenAt)],
);
