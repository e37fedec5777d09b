import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Role } from '../../kernel/access.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// How the people of an organisation sign in through their company (OpenID Connect).

/** What a group at the provider makes of somebody here. */
export interface GroupRole {
  readonly group: string;
  readonly role: Role;
}

/** Where an organisation's people sign in. */
export const companyProviders = pgTable(
  'company_providers',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .primaryKey()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    issuer: text('issuer').notNull(),
    clientId: text('client_id').notNull(),
    /** The client's secret; null: we are a public client there. */
    sealed: text('sealed'),
    scopes: text('scopes').notNull(),
    /** Of who was no member before; null: nobody joins by signing in. */
    defaultRole: text('default_role').$type<Role>(),
    /** The claim that names somebody's groups; null: roles are given here alone. */
    groupsClaim: text('groups_claim'),
    groupRoles: jsonb('group_roles').$type<GroupRole[]>().notNull().default([]),
    /** Whether only sessions that began at the provider open the organisation; owners' always do. */
    required: boolean('required').notNull().default(false),
    /** Counts the changes, so that nobody overwrites what they have not seen. */
    version: integer('version').notNull().default(1),
    updatedBy: text('updated_by').$type<UserId>(),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    // Who manages an organisation is named in it, or by a group that an owner has named.
    check('company_providers_default_role', sql`${table.defaultRole} in ('member', 'viewer')`),
  ],
);

/** Domains whose addresses an organisation's provider may speak for, once the domain's DNS says so. */
export const companyDomains = pgTable(
  'company_domains',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    domain: text('domain').notNull(),
    /** What the domain's TXT record has to say. Anybody may read it there. */
    token: text('token').notNull(),
    verifiedAt: at('verified_at'),
    checkedAt: at('checked_at'),
    /** Since when the record of a verified domain is gone. */
    missingSince: at('missing_since'),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.domain] }),
    uniqueIndex('company_domains_verified')
      .on(table.domain)
      .where(sql`${table.verifiedAt} is not null`),
    index('company_domains_checked').on(table.checkedAt),
  ],
);

/** Who a subject of an organisation's provider is here. It outlives the membership: who was removed stays out. */
export const companyIdentities = pgTable(
  'company_identities',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => companyProviders.orgId, { onDelete: 'cascade' }),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
    lastUsedAt: at('last_used_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.issuer, table.subject] }),
    uniqueIndex('company_identities_user').on(table.orgId, table.userId),
    index('company_identities_of_user').on(table.userId),
  ],
);

/** People on their way to their company's provider and back. */
export const companyAuthorizations = pgTable(
  'company_authorizations',
  {
    stateHash: text('state_hash').primaryKey(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => companyProviders.orgId, { onDelete: 'cascade' }),
    /** Of the browser's cookie. */
    browserHash: text('browser_hash').notNull(),
    /** Hash of the session that the provider's account is to be linked to; null: a sign-in. */
    sessionHash: text('session_hash'),
    /** Issuer and client as they were asked, nonce and code verifier. */
    sealed: text('sealed').notNull(),
    returnTo: text('return_to').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('company_authorizations_expiry').on(table.expiresAt)],
);
