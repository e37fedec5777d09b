import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import type { Role } from '../../kernel/access.ts';
import type { AgentId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// Organisations, and who may act in them.

export type TokenMode = 'token' | 'key';

export const organisations = pgTable(
  'organisations',
  {
    id: text('id').$type<OrganisationId>().primaryKey(),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    tokenMode: text('token_mode').$type<TokenMode>().notNull().default('token'),
    refreshDays: integer('refresh_days').notNull().default(30),
    /** What was issued before is refused: "sign everyone out". */
    tokensValidFrom: at('tokens_valid_from'),
    createdAt: createdAt(),
    suspendedAt: at('suspended_at'),
  },
  (table) => [
    // The slug stands in the connector URL.
    check(
      'organisations_slug',
      sql`${table.slug} ~ '^[a-z0-9](-?[a-z0-9])*$' and length(${table.slug}) between 3 and 40`,
    ),
    check('organisations_token_mode', sql`${table.tokenMode} in ('token', 'key')`),
    check('organisations_refresh_days', sql`${table.refreshDays} in (1, 7, 30, 90)`),
  ],
);

export const memberships = pgTable(
  'memberships',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').$type<Role>().notNull(),
    /** By the operator's word: no page changes it. */
    declared: boolean('declared').notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.userId] }),
    index('memberships_user').on(table.userId),
    check('memberships_role', sql`${table.role} in ('owner', 'admin', 'member', 'viewer')`),
  ],
);

export const agents = pgTable(
  'agents',
  {
    id: text('id').$type<AgentId>().notNull(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
    suspendedAt: at('suspended_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    unique('agents_name').on(table.orgId, table.name),
    // An agent never owns or administers an organisation.
    check('agents_role', sql`${table.role} in ('member', 'viewer')`),
  ],
);
