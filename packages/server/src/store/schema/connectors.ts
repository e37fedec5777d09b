import { sql } from 'drizzle-orm';
import { check, integer, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core';
import type { ConnectorId, OrganisationId } from '../../kernel/ids.ts';
import { organisations } from './organisations.ts';
import { at, createdAt } from './times.ts';

// What an organisation's tools are made of.

export const catalogues = pgTable('catalogues', {
  hash: text('hash').primaryKey(),
  body: text('body').notNull(),
  createdAt: createdAt(),
});

export const connectors = pgTable(
  'connectors',
  {
    id: text('id').$type<ConnectorId>().primaryKey(),
    /** Null: shared by all organisations. */
    orgId: text('org_id')
      .$type<OrganisationId>()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    /** Of an OpenAPI document that it stands for, or of an MCP server, which `upstream` says how to reach. */
    kind: text('kind').$type<'openapi' | 'mcp'>().notNull().default('openapi'),
    baseUrl: text('base_url').notNull(),
    upstream: jsonb('upstream'),
    /** What becomes of tools that may write and come after the first publication: see `knownTools`. */
    newWriteTools: text('new_write_tools').$type<'wait' | 'allow'>().notNull().default('allow'),
    catalogueHash: text('catalogue_hash')
      .notNull()
      .references(() => catalogues.hash),
    /** Who says what it is: the operator's file, or the organisation's admins. */
    managedBy: text('managed_by').$type<'operator' | 'organisation'>().notNull().default('operator'),
    /** Number of what is published now; null: from before versions were kept. */
    version: integer('version'),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    unique('connectors_slug').on(table.orgId, table.slug).nullsNotDistinct(),
    check(
      'connectors_slug_form',
      sql`${table.slug} ~ '^[a-z0-9](-?[a-z0-9])*$' and length(${table.slug}) between 1 and 40`,
    ),
    check('connectors_new_write_tools', sql`${table.newWriteTools} in ('wait', 'allow')`),
    check('connectors_kind', sql`${table.kind} in ('openapi', 'mcp')`),
    check('connectors_managed_by', sql`${table.managedBy} in ('operator', 'organisation')`),
    check('connectors_upstream', sql`(${table.kind} = 'mcp') = (${table.upstream} is not null)`),
  ],
);

/** The names that a connector's tools were given, so that they go on meaning what they meant. */
export const nameLocks = pgTable('name_locks', {
  connectorId: text('connector_id')
    .$type<ConnectorId>()
    .primaryKey()
    .references(() => connectors.id, { onDelete: 'cascade' }),
  /** `NameLock` of the catalogue compiler, as JSON. */
  body: text('body').notNull(),
});
