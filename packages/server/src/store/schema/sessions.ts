import { index, pgTable, text } from 'drizzle-orm/pg-core';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// Who is signed in; better-auth's table, under our names and with columns of ours.

export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    token: text('token').notNull().unique(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
    /** By what the person showed who they are: words of RFC 8176 and our own, with a space between. */
    amr: text('amr').notNull().default('pwd'),
    /** When they last did. */
    confirmedAt: at('confirmed_at').notNull().defaultNow(),
    /** The organisation whose provider vouched for the person: the session opens that one alone. Null: their own means. */
    viaOrgId: text('via_org_id')
      .$type<OrganisationId>()
      .references(() => organisations.id, { onDelete: 'cascade' }),
  },
  (table) => [index('sessions_user').on(table.userId), index('sessions_via').on(table.viaOrgId)],
);
