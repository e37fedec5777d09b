import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Role } from '../../kernel/access.ts';
import type { InvitationId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// Ways in that somebody is given: links to join an organisation or to choose another password, and members who are
// declared before they have an account.

export const invitations = pgTable(
  'invitations',
  {
    id: text('id').$type<InvitationId>().notNull(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    tokenHash: text('token_hash').notNull().unique(),
    role: text('role').$type<Role>().notNull(),
    /** Whose account alone may use it; null: whoever has the link. */
    email: text('email'),
    /** Whose right it hangs on; null: the operator's. */
    invitedBy: text('invited_by').$type<UserId>(),
    /** For how long it is good from when its link is made, and made anew. */
    days: integer('days').notNull(),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    usedBy: text('used_by').$type<UserId>(),
    withdrawnAt: at('withdrawn_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    check('invitations_role', sql`${table.role} in ('owner', 'admin', 'member', 'viewer')`),
  ],
);

/** One for each person at most: a newer link ends the one before. */
export const passwordResets = pgTable('password_resets', {
  userId: text('user_id')
    .$type<UserId>()
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  tokenHash: text('token_hash').notNull().unique(),
  /** On whose right it hangs, and where; null: the operator's. */
  orgId: text('org_id')
    .$type<OrganisationId>()
    .references(() => organisations.id, { onDelete: 'cascade' }),
  createdBy: text('created_by').$type<UserId>(),
  /** By the word of whose provider it was asked for, as with a session; null: by the asker's own means. */
  viaOrgId: text('via_org_id')
    .$type<OrganisationId>()
    .references(() => organisations.id, { onDelete: 'cascade' }),
  createdAt: createdAt(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});

/** Who belongs to an organisation as what by the operator's word, with an account or without one yet. */
export const declaredMembers = pgTable(
  'declared_members',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    role: text('role').$type<Role>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.email] }),
    index('declared_members_email').on(table.email),
    check('declared_members_role', sql`${table.role} in ('owner', 'admin', 'member', 'viewer')`),
  ],
);
