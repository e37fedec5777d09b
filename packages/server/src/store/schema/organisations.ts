import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import type { Access, Role } from '../../kernel/access.ts';
import type { AgentId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { AddressScope } from '../../kernel/only-from.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// Organisations, and who may act in them.

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export type TokenMode = 'token' | 'key';
/** Which apps people may connect. `known`: an admin approved them, or a host of theirs says who they are. */
export type ClientPolicy = 'any' | 'known' | 'approved';

/**
 * Every address that an organisation has or had: whoever has pasted one means this organisation, and it is never
 * another's. Rows are not deleted, and outlive their organisation.
 */
export const organisationSlugs = pgTable(
  'organisation_slugs',
  {
    slug: text('slug').primaryKey(),
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    /** How long a former one still works. Null: it is the one of today. */
    aliasUntil: at('alias_until'),
    createdAt: createdAt(),
  },
  (table) => [
    unique('organisation_slugs_owner').on(table.slug, table.orgId),
    index('organisation_slugs_org').on(table.orgId),
  ],
);

export const organisations = pgTable(
  'organisations',
  {
    id: text('id').$type<OrganisationId>().primaryKey(),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    tokenMode: text('token_mode').$type<TokenMode>().notNull().default('token'),
    refreshDays: integer('refresh_days').notNull().default(30),
    /** Of its own, in a minute. Null: as many as the operator allows, who has the last word in any case. */
    callsPerKey: integer('calls_per_key'),
    callsPerOrganisation: integer('calls_per_organisation'),
    /** Of its own, in a month of UTC, and at once on each node. Null: as many as the operator allows. */
    monthlyCalls: bigint('monthly_calls', { mode: 'number' }),
    monthlyCredits: bigint('monthly_credits', { mode: 'number' }),
    callsAtOncePerKey: integer('calls_at_once_per_key'),
    callsAtOnce: integer('calls_at_once'),
    /** What was issued before is refused: "sign everyone out". */
    tokensValidFrom: at('tokens_valid_from'),
    /** Nobody does anything here who has shown no second factor. */
    secondFactorRequired: boolean('second_factor_required').notNull().default(false),
    /** How old a sign-in may be. */
    sessionHours: integer('session_hours').notNull().default(168),
    clientPolicy: text('client_policy').$type<ClientPolicy>().notNull().default('any'),
    /** More than this no connection and no key reaches, whatever it was given. */
    maxAccess: text('max_access').$type<Access>().notNull().default('full'),
    /** Addresses and networks from which anything is answered; empty: all. */
    addresses: text('addresses').array().notNull().default([]),
    addressScope: text('address_scope').$type<AddressScope>().notNull().default('own'),
    /** Which picture stands for it, by its hash (`organisation_logos`). Null: none. */
    logo: text('logo'),
    /** For how many days audit rows are kept. Null: for ever. */
    auditDays: integer('audit_days'),
    /** By the operator's file: no page gives it another address, or deletes it. */
    declared: boolean('declared').notNull().default(false),
    createdAt: createdAt(),
    suspendedAt: at('suspended_at'),
    /** Nobody finds it any more, and what is left of it is deleted in a while. */
    deletedAt: at('deleted_at'),
  },
  (table) => [
    foreignKey({
      name: 'organisations_slug_owner',
      columns: [table.slug, table.id],
      foreignColumns: [organisationSlugs.slug, organisationSlugs.orgId],
    }),
    check('organisations_deleted', sql`${table.deletedAt} is null or ${table.suspendedAt} is not null`),
    // The slug stands in the connector URL.
    check(
      'organisations_slug',
      sql`${table.slug} ~ '^[a-z0-9](-?[a-z0-9])*$' and length(${table.slug}) between 3 and 40`,
    ),
    check('organisations_audit_days', sql`${table.auditDays} in (30, 90, 180, 365, 730, 2555)`),
    check('organisations_token_mode', sql`${table.tokenMode} in ('token', 'key')`),
    check('organisations_refresh_days', sql`${table.refreshDays} in (1, 7, 30, 90)`),
    check('organisations_session_hours', sql`${table.sessionHours} in (12, 24, 72, 168)`),
    check('organisations_client_policy', sql`${table.clientPolicy} in ('any', 'known', 'approved')`),
    check('organisations_max_access', sql`${table.maxAccess} in ('read', 'full')`),
    check('organisations_addresses', sql`cardinality(${table.addresses}) <= 100`),
    check('organisations_address_scope', sql`${table.addressScope} in ('own', 'all')`),
    check('organisations_call_limits', sql`${table.callsPerKey} >= 1 and ${table.callsPerOrganisation} >= 1`),
    check('organisations_quota', sql`${table.monthlyCalls} >= 1 and ${table.monthlyCredits} >= 1`),
    check('organisations_at_once', sql`${table.callsAtOncePerKey} >= 1 and ${table.callsAtOnce} >= 1`),
  ],
);

/** The pictures that organisations show of themselves, as we wrote them. */
export const organisationLogos = pgTable(
  'organisation_logos',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .primaryKey()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** SHA-256 of the picture, as 32 hexadecimal digits: it is in its address. */
    hash: text('hash').notNull(),
    png: bytes('png').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('organisation_logos_hash').on(table.hash),
    check('organisation_logos_png', sql`octet_length(${table.png}) <= 131072`),
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
