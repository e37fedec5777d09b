import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ConnectorId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { connectors } from './connectors.ts';
import { organisations } from './organisations.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';

// What we show to upstreams in the callers' stead.

export type CredentialKind =
  | 'assertion'
  | 'none'
  | 'bearer'
  | 'basic'
  | 'header'
  | 'query'
  | 'oauth'
  | 'token_exchange';

/** How a connector's upstream is asked. Without a row: as its kind of connector is asked by default. */
export const connectorCredentials = pgTable(
  'connector_credentials',
  {
    connectorId: text('connector_id')
      .$type<ConnectorId>()
      .primaryKey()
      .references(() => connectors.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<CredentialKind>().notNull(),
    /** The origin that it was given for: it is sent nowhere else. */
    origin: text('origin').notNull(),
    /** All of it that is no secret. */
    settings: jsonb('settings').$type<Record<string, unknown>>().notNull(),
    sealed: text('sealed'),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    check(
      'connector_credentials_kind',
      sql`${table.kind} in ('assertion', 'none', 'bearer', 'basic', 'header', 'query', 'oauth', 'token_exchange')`,
    ),
  ],
);

/** What we are known as at an authorization server that let us register (RFC 7591). */
export const upstreamClients = pgTable(
  'upstream_clients',
  {
    connectorId: text('connector_id')
      .$type<ConnectorId>()
      .notNull()
      .references(() => connectors.id, { onDelete: 'cascade' }),
    issuer: text('issuer').notNull(),
    /** The address that it may answer at; another one needs another registration. */
    redirectUri: text('redirect_uri').notNull(),
    /** Client id, secret and how it proves itself. */
    sealed: text('sealed').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.issuer] })],
);

/** People on their way to an upstream's authorization server and back. */
export const upstreamAuthorizations = pgTable(
  'upstream_authorizations',
  {
    stateHash: text('state_hash').primaryKey(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    connectorId: text('connector_id')
      .$type<ConnectorId>()
      .notNull()
      .references(() => connectors.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Hash of the browser's cookie and of the person's session. */
    browserHash: text('browser_hash').notNull(),
    /** The code verifier, and whom the code is to be shown to. */
    sealed: text('sealed').notNull(),
    /** A path of ours. */
    returnTo: text('return_to').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('upstream_authorizations_expires').on(table.expiresAt)],
);

export type UpstreamAccountState = 'connected' | 'reconnect';

/** A person's own account at an upstream, as long as something of the person's here can use it. */
export const upstreamAccounts = pgTable(
  'upstream_accounts',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    connectorId: text('connector_id')
      .$type<ConnectorId>()
      .notNull()
      .references(() => connectors.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    state: text('state').$type<UpstreamAccountState>().notNull(),
    /** Tokens, and the client that they were issued to; null: they are dead. */
    sealed: text('sealed'),
    /** Another one for each set of tokens. */
    version: integer('version').notNull().default(1),
    /** When the access token ends; null: nobody said. */
    tokenExpiresAt: at('token_expires_at'),
    connectedAt: at('connected_at').notNull().defaultNow(),
    refreshedAt: at('refreshed_at').notNull().defaultNow(),
    /** The node that refreshes, and until when the others wait for it. */
    leaseId: text('lease_id'),
    leaseUntil: at('lease_until'),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.connectorId, table.userId] }),
    index('upstream_accounts_user').on(table.userId),
    check('upstream_accounts_state', sql`${table.state} in ('connected', 'reconnect')`),
  ],
);

/** Tokens that are to be given back (RFC 7009), until the upstream has taken them or it was tried for long enough. */
export const upstreamRevocations = pgTable(
  'upstream_revocations',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    connectorId: text('connector_id').$type<ConnectorId>().notNull(),
    userId: text('user_id').$type<UserId>().notNull(),
    reason: text('reason').notNull(),
    sealed: text('sealed').notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAt: at('next_at').notNull().defaultNow(),
    createdAt: createdAt(),
  },
  (table) => [index('upstream_revocations_next').on(table.nextAt)],
);
