import { pgTable, text } from 'drizzle-orm/pg-core';
import type { ConnectorId } from '../../kernel/ids.ts';
import { connectors } from './connectors.ts';
import { at } from './times.ts';

/** When an MCP server was asked for its tools, and by which node it is being asked. */
export const mcpSnapshots = pgTable('mcp_snapshots', {
  connectorId: text('connector_id')
    .$type<ConnectorId>()
    .primaryKey()
    .references(() => connectors.id, { onDelete: 'cascade' }),
  /** When it last answered; null: it never did. */
  listedAt: at('listed_at'),
  /** Nobody else asks it before then. */
  claimedUntil: at('claimed_until'),
  /** Why it did not answer the last time, as a code; null: it did. */
  fault: text('fault'),
});
