import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Access } from '../../kernel/access.ts';
import type { ClientId, GrantId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { clients } from './clients.ts';
import { at, createdAt } from './times.ts';

// What is under way between an authorize URL and a token.

/** One opened authorize URL, from the request to the redeemed code (RFC 6749 section 4.1). */
export const authorizations = pgTable(
  'authorizations',
  {
    idHash: text('id_hash').primaryKey(),
    clientId: text('client_id')
      .$type<ClientId>()
      .notNull()
      .references(() => clients.id, { onDelete: 'cascade' }),
    redirectUri: text('redirect_uri').notNull(),
    /** Null: the client named no scope that we know, so both choices are offered. */
    maxAccess: text('max_access').$type<Access>().notNull(),
    resource: text('resource').notNull(),
    /** The organisation that the resource names, if it names one. */
    resourceOrgId: text('resource_org_id').$type<OrganisationId>(),
    challenge: text('challenge').notNull(),
    state: text('state'),
    /** Thumbprint of the key that the code is bound to (RFC 9449 section 10). */
    dpopJkt: text('dpop_jkt'),
    /** Hash of the cookie that the gateway set, and of the one that the web host set. */
    gateBrowserHash: text('gate_browser_hash').notNull(),
    webBrowserHash: text('web_browser_hash'),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    decision: text('decision').$type<'allow' | 'deny'>(),
    decidedAt: at('decided_at'),
    userId: text('user_id').$type<UserId>(),
    orgId: text('org_id').$type<OrganisationId>(),
    access: text('access').$type<Access>(),
    /** How long the person wants it to last; null: as the organisation has it. */
    lifetimeDays: integer('lifetime_days'),
    codeHash: text('code_hash').unique(),
    codeExpiresAt: at('code_expires_at'),
    codeUsedAt: at('code_used_at'),
    codeFailures: integer('code_failures').notNull().default(0),
    grantId: text('grant_id').$type<GrantId>(),
  },
  (table) => [
    index('authorizations_expires').on(table.expiresAt),
    index('authorizations_gate_browser')
      .on(table.gateBrowserHash)
      .where(sql`${table.grantId} is not null`),
  ],
);

export type UsedIdPurpose =
  | 'handoff'
  | 'dpop_proof'
  | 'client_assertion'
  | 'identity_assertion'
  | 'confirmation'
  | 'passkey';

/** Ids that may be used once: tickets between the hosts, DPoP proofs, assertions, confirmations. Shared by all nodes. */
export const usedIds = pgTable(
  'used_ids',
  {
    purpose: text('purpose').$type<UsedIdPurpose>().notNull(),
    id: text('id').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.purpose, table.id] }),
    index('used_ids_expires').on(table.expiresAt),
  ],
);
