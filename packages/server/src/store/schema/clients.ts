import { sql } from 'drizzle-orm';
import { check, foreignKey, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { AgentId, ClientId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { agents, organisations } from './organisations.ts';
import { at, createdAt } from './times.ts';

// OAuth clients, and what is known and decided about them.

export type ClientKind = 'dynamic' | 'metadata_document' | 'portal';

export const clients = pgTable(
  'clients',
  {
    id: text('id').$type<ClientId>().primaryKey(),
    kind: text('kind').$type<ClientKind>().notNull(),
    name: text('name').notNull(),
    redirectUris: jsonb('redirect_uris').$type<string[]>().notNull(),
    authMethod: text('auth_method').notNull(),
    secretHash: text('secret_hash'),
    /** Hash of the effective metadata: identical public registrations are one record (RFC 7591). */
    metadataHash: text('metadata_hash'),
    grantTypes: jsonb('grant_types')
      .$type<string[]>()
      .notNull()
      .default(['authorization_code', 'refresh_token']),
    /** Keys for private_key_jwt (RFC 7523 section 3): the set itself, or where it is published. */
    jwks: jsonb('jwks').$type<{ keys: Record<string, unknown>[] }>(),
    jwksUri: text('jwks_uri'),
    clientUri: text('client_uri'),
    /** The organisation whose admin made it; null for clients that came by themselves. */
    orgId: text('org_id')
      .$type<OrganisationId>()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    /** Whom it acts for by client_credentials: an agent of that organisation (RFC 6749 section 4.4). */
    agentId: text('agent_id').$type<AgentId>(),
    createdAt: createdAt(),
    lastUsedAt: at('last_used_at').notNull().defaultNow(),
    deletedAt: at('deleted_at'),
  },
  (table) => [
    uniqueIndex('clients_metadata')
      .on(table.metadataHash)
      .where(sql`${table.metadataHash} is not null`),
    index('clients_last_used').on(table.lastUsedAt),
    index('clients_org').on(table.orgId),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** What is known of a client's metadata document (draft-ietf-oauth-client-id-metadata-document), failures too. */
export const clientDocuments = pgTable(
  'client_documents',
  {
    url: text('url').primaryKey(),
    origin: text('origin').notNull(),
    etag: text('etag'),
    /** Null: it was read, and the client of that id holds what it says. */
    failure: text('failure'),
    fetchedAt: at('fetched_at').notNull().defaultNow(),
    freshUntil: at('fresh_until').notNull(),
  },
  (table) => [index('client_documents_origin').on(table.origin, table.fetchedAt)],
);

export type ClientRule = 'approved' | 'blocked';

/** What an organisation's admins decided about a client, by its id, or about all of a host, by `host:<name>`. */
export const clientRules = pgTable(
  'client_rules',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    subject: text('subject').notNull(),
    rule: text('rule').$type<ClientRule>().notNull(),
    createdBy: text('created_by').$type<UserId>(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.subject] }),
    check('client_rules_rule', sql`${table.rule} in ('approved', 'blocked')`),
  ],
);
