import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Access, Role } from '../../kernel/access.ts';
import type { AgentId, ClientId, GrantId, KeyId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { clients } from './clients.ts';
import { agents, organisations, type TokenMode } from './organisations.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// Grants and what they mint.

export const grants = pgTable(
  'grants',
  {
    id: text('id').$type<GrantId>().notNull().unique(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** Who approved it; or the agent that a machine's own grant acts as. Exactly one of the two. */
    userId: text('user_id')
      .$type<UserId>()
      .references(() => users.id, { onDelete: 'cascade' }),
    agentId: text('agent_id').$type<AgentId>(),
    clientId: text('client_id')
      .$type<ClientId>()
      .notNull()
      .references(() => clients.id),
    access: text('access').$type<Access>().notNull(),
    /** Thumbprint of the key that its tokens are bound to (RFC 9449); null: bearer tokens. */
    dpopJkt: text('dpop_jkt'),
    resource: text('resource').notNull(),
    /** The trusted issuer on whose word it was made, without consent (RFC 7523); null: a person or an admin approved it. */
    issuer: text('issuer'),
    /** Where the authorization code went: the host of the redirect URI. Without a code: the host of the issuer. */
    destination: text('destination').notNull(),
    tokenMode: text('token_mode').$type<TokenMode>().notNull(),
    createdAt: createdAt(),
    /** Written when the refresh family starts and never moved by later settings. */
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
    revokedReason: text('revoked_reason'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    index('grants_user').on(table.userId),
    index('grants_client').on(table.clientId),
    // Housekeeping looks for those that are long over.
    index('grants_expires').on(table.expiresAt),
    // Assertions come again and again: they keep one connection alive, and do not fill the table.
    uniqueIndex('grants_issuer')
      .on(table.orgId, table.issuer, table.userId, table.clientId, table.access)
      .where(sql`${table.issuer} is not null and ${table.revokedAt} is null`),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }).onDelete(
      'cascade',
    ),
    check('grants_holder', sql`num_nonnulls(${table.userId}, ${table.agentId}) = 1`),
  ],
);

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    orgId: text('org_id').$type<OrganisationId>().notNull(),
    grantId: text('grant_id').$type<GrantId>().notNull(),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    successorHash: text('successor_hash'),
    /** The answer that the successor came in, sealed under a key derived from this very token; wiped after 30 s. */
    replay: text('replay'),
    replayUntil: at('replay_until'),
  },
  (table) => [
    foreignKey({ columns: [table.orgId, table.grantId], foreignColumns: [grants.orgId, grants.id] }).onDelete(
      'cascade',
    ),
    index('refresh_tokens_grant').on(table.grantId),
    index('refresh_tokens_successor').on(table.successorHash),
    index('refresh_tokens_replay')
      .on(table.replayUntil)
      .where(sql`${table.replay} is not null`),
  ],
);

export const keys = pgTable(
  'keys',
  {
    id: text('id').$type<KeyId>().notNull().unique(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    access: text('access').$type<Access>().notNull(),
    /** Whose key it is: exactly one of user and agent. */
    userId: text('user_id')
      .$type<UserId>()
      .references(() => users.id, { onDelete: 'cascade' }),
    agentId: text('agent_id').$type<AgentId>(),
    /** The grant that minted it. In token mode the row has no secret: it is the chain's visible name. */
    grantId: text('grant_id').$type<GrantId>().unique(),
    /** What a person may see of the secret, to recognise it. */
    hint: text('hint'),
    secretHash: text('secret_hash').unique(),
    previousHash: text('previous_hash').unique(),
    previousExpiresAt: at('previous_expires_at'),
    /** What its holder was in the organisation when it was made; null: made before that was kept. */
    mintedAs: text('minted_as').$type<Role>(),
    /** Who made it by hand; null: an approval did, or nobody knows any more. */
    createdBy: text('created_by').$type<UserId>(),
    /** Calls in a minute, below what the organisation allows each key. Null: as many as that. */
    callsPerMinute: integer('calls_per_minute'),
    createdAt: createdAt(),
    expiresAt: at('expires_at'),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.grantId], foreignColumns: [grants.orgId, grants.id] }).onDelete(
      'cascade',
    ),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }).onDelete(
      'cascade',
    ),
    index('keys_user').on(table.userId),
    index('keys_agent').on(table.orgId, table.agentId),
    index('keys_created').on(table.orgId, table.createdAt, table.id),
    check('keys_holder', sql`num_nonnulls(${table.userId}, ${table.agentId}) = 1`),
    check('keys_minted_as', sql`${table.mintedAs} in ('owner', 'admin', 'member', 'viewer')`),
    check('keys_calls_per_minute', sql`${table.callsPerMinute} >= 1`),
  ],
);
