import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Access, Role } from '../../kernel/access.ts';
import type { ConnectorId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { connectors } from './connectors.ts';
import { organisations } from './organisations.ts';
import { at } from './times.ts';

// What an organisation lets its people do with a connector's tools.

/** What is null is as the connector says. `tool` is the tool's name within its connector; `*`: all of them. */
export const toolRules = pgTable(
  'tool_rules',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    connectorId: text('connector_id')
      .$type<ConnectorId>()
      .notNull()
      .references(() => connectors.id, { onDelete: 'cascade' }),
    tool: text('tool').notNull(),
    enabled: boolean('enabled'),
    access: text('access').$type<Access>(),
    roles: text('roles').array().$type<Role[]>(),
    confirmation: text('confirmation'),
    /** What models read of the tool in place of what its connector says. */
    description: text('description'),
    updatedBy: text('updated_by').$type<UserId>(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.connectorId, table.tool] }),
    check('tool_rules_access', sql`${table.access} in ('read', 'full')`),
    // Of one tool: the same words about all of them would tell none from another.
    check(
      'tool_rules_description',
      sql`${table.description} is null or (${table.tool} <> '*' and length(${table.description}) between 1 and 1000)`,
    ),
    check(
      'tool_rules_roles',
      sql`${table.roles} <@ array['owner', 'admin', 'member', 'viewer'] and cardinality(${table.roles}) > 0`,
    ),
  ],
);

/** The tools that a connector ever had. One that came later and may write is not offered before an admin has seen it. */
export const knownTools = pgTable(
  'known_tools',
  {
    connectorId: text('connector_id')
      .$type<ConnectorId>()
      .notNull()
      .references(() => connectors.id, { onDelete: 'cascade' }),
    tool: text('tool').notNull(),
    access: text('access').$type<Access>().notNull(),
    /** Since when it waits; null: it does not. */
    waitingSince: at('waiting_since'),
  },
  (table) => [
    primaryKey({ columns: [table.connectorId, table.tool] }),
    check('known_tools_access', sql`${table.access} in ('read', 'full')`),
  ],
);

/** An organisation's word that a tool which waits may be used. It does not hold for what begins to wait later. */
export const toolApprovals = pgTable(
  'tool_approvals',
  {
    orgId: text('org_id')
      .$type<OrganisationId>()
      .notNull()
      .references(() => organisations.id, { onDelete: 'cascade' }),
    connectorId: text('connector_id').$type<ConnectorId>().notNull(),
    tool: text('tool').notNull(),
    approvedBy: text('approved_by').$type<UserId>().notNull(),
    approvedAt: at('approved_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.connectorId, table.tool] }),
    foreignKey({
      columns: [table.connectorId, table.tool],
      foreignColumns: [knownTools.connectorId, knownTools.tool],
    }).onDelete('cascade'),
  ],
);
