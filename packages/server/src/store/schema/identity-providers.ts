import { sql } from 'drizzle-orm';
import { check, foreignKey, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { users } from './people.ts';
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
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.issuer] }),
    check('trusted_issuers_keys', sql`num_nonnulls(${table.jwks}, ${table.jwksUri}) = 1`),
  ],
);

/** Who a subject of a trusted issuer is here. */
export const identityLinks = pgTable(
  'identity_links',
  {
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.issuer, table.subject] }),
    foreignKey({
      columns: [table.orgId, table.issuer],
      foreignColumns: [trustedIssuers.orgId, trustedIssuers.issuer],
    }).onDelete('cascade'),
  ],
);
