import { sql } from 'drizzle-orm';
import { check, foreignKey, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Access } from '../../kernel/access.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import { memberships, organisations } from './organisations.ts';
import { createdAt } from './times.ts';

// Whose word an organisation takes for who somebody is.

/** Identity providers whose assertions an organisation accepts (RFC 7523, Identity Assertion JWT Authorization Grant). */
export const trustedIssuers = pgTable(
  'trusted_issuers',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    issuer: text('issuer').notNull(),
    jwks: jsonb('jwks').$type<{ keys: Record<string, unknown>[] }>(),
    jwksUri: text('jwks_uri'),
    /** The most that a connection by its word may do. */
    access: text('access').$type<Access>().notNull(),
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.issuer] }),
    check('trusted_issuers_keys', sql`num_nonnulls(${table.jwks}, ${table.jwksUri}) = 1`),
    check('trusted_issuers_access', sql`${table.access} in ('read', 'full')`),
  ],
);

/** Which member a subject of a trusted issuer is here. It ends with the membership. */
export const identityLinks = pgTable(
  'identity_links',
  {
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id').$type<UserId>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.issuer, table.subject] }),
    foreignKey({
      columns: [table.orgId, table.userId],
      foreignColumns: [memberships.orgId, memberships.userId],
    }).onDelete('cascade'),
    foreignKey({
      columns: [table.orgId, table.issuer],
      foreignColumns: [trustedIssuers.orgId, trustedIssuers.issuer],
    }).onDelete('cascade'),
  ],
);
