import { sql } from 'drizzle-orm';
import { check, customType, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ConnectorId, ImportId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { catalogues, connectors } from './connectors.ts';
import { organisations } from './organisations.ts';
import { users } from './people.ts';
import { at, createdAt } from './times.ts';
import type { CredentialKind } from './upstream-credentials.ts';

// Connectors in the making, and what they were before.

export type ImportState = 'fetching' | 'checking' | 'ready' | 'rejected' | 'cancelled' | 'published';

/** A document or an MCP server that somebody brings, until it is published or forgotten. */
export const imports = pgTable(
  'imports',
  {
    id: text('id').$type<ImportId>().primaryKey(),
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    createdBy: text('created_by')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    state: text('state').$type<ImportState>().notNull(),
    /** Another one for each change by anybody. */
    revision: integer('revision').notNull().default(1),
    source: jsonb('source').$type<Record<string, unknown>>().notNull(),
    settings: jsonb('settings').$type<Record<string, unknown>>().notNull(),
    documentSha256: text('document_sha256'),
    documentBytes: integer('document_bytes'),
    catalogueHash: text('catalogue_hash'),
    /** Of the names that it was compiled with; null: of none. */
    lockSha256: text('lock_sha256'),
    report: jsonb('report').$type<Record<string, unknown>>(),
    rejection: jsonb('rejection').$type<Record<string, unknown>>(),
    progressDone: integer('progress_done').notNull().default(0),
    progressTotal: integer('progress_total'),
    /** The work that is being done, and until when nobody else takes it over. */
    workId: text('work_id'),
    workUntil: at('work_until'),
    credentialKind: text('credential_kind').$type<CredentialKind>(),
    /** All of it that is no secret. */
    credentialSettings: jsonb('credential_settings').$type<Record<string, unknown>>(),
    credentialSealed: text('credential_sealed'),
    publishedSlug: text('published_slug'),
    publishedVersion: integer('published_version'),
  },
  (table) => [
    index('imports_org').on(table.orgId),
    index('imports_expires').on(table.expiresAt),
    check(
      'imports_state',
      sql`${table.state} in ('fetching', 'checking', 'ready', 'rejected', 'cancelled', 'published')`,
    ),
  ],
);

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** What is large of an import. */
export const importContents = pgTable('import_contents', {
  importId: text('import_id')
    .$type<ImportId>()
    .primaryKey()
    .references(() => imports.id, { onDelete: 'cascade' }),
  /** As it came. Null: not there yet, or an MCP server. */
  document: bytes('document'),
  /** What became of it. */
  catalogue: text('catalogue'),
  /** Lines and columns by pointer. */
  places: jsonb('places').$type<Record<string, readonly [number, number]>>(),
});

/** What a connector was published as, each time. */
export const connectorVersions = pgTable(
  'connector_versions',
  {
    connectorId: text('connector_id')
      .$type<ConnectorId>()
      .notNull()
      .references(() => connectors.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    kind: text('kind').$type<'openapi' | 'mcp'>().notNull(),
    name: text('name').notNull(),
    baseUrl: text('base_url').notNull(),
    /** Null: an MCP server, whose list changes by itself. */
    catalogueHash: text('catalogue_hash').references(() => catalogues.hash),
    tools: integer('tools'),
    newWriteTools: text('new_write_tools').$type<'wait' | 'allow'>().notNull(),
    documentSha256: text('document_sha256'),
    /** Null: the operator's file. */
    source: jsonb('source').$type<Record<string, unknown>>(),
    /** What was decided with it, to begin the next one with. */
    settings: jsonb('settings').$type<Record<string, unknown>>(),
    /** Null: the operator. */
    madeBy: text('made_by').$type<UserId>(),
    madeAt: at('made_at').notNull().defaultNow(),
    note: text('note').notNull().default(''),
    rolledBackTo: integer('rolled_back_to'),
  },
  (table) => [
    primaryKey({ columns: [table.connectorId, table.number] }),
    index('connector_versions_catalogue').on(table.catalogueHash),
    check('connector_versions_number', sql`${table.number} > 0`),
  ],
);
