import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { ConnectorId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { connectors, connectorVersions, grants, upstreamAccounts, users } from '../schema.ts';

export type ConnectorVersion = typeof connectorVersions.$inferSelect;
export type NewVersion = Omit<typeof connectorVersions.$inferInsert, 'connectorId' | 'number' | 'madeAt'>;

/** What connectors were published as. Whoever asks has found the connector among the organisation's. */
export function createConnectorVersionQueries(executor: Executor) {
  return {
    /** The next one, which is what is published from now on. The caller's transaction holds the connector. */
    async add(connectorId: ConnectorId, version: NewVersion): Promise<number> {
      const [latest] = await executor
        .select({ number: sql<number | null>`max(${connectorVersions.number})` })
        .from(connectorVersions)
        .where(eq(connectorVersions.connectorId, connectorId));
      const number = (latest?.number ?? 0) + 1;
      await executor.insert(connectorVersions).values({ ...version, connectorId, number });
      await executor.update(connectors).set({ version: number }).where(eq(connectors.id, connectorId));
      return number;
    },

    async find(connectorId: ConnectorId, number: number): Promise<ConnectorVersion | undefined> {
      const [row] = await executor
        .select()
        .from(connectorVersions)
        .where(and(eq(connectorVersions.connectorId, connectorId), eq(connectorVersions.number, number)));
      return row;
    },

    /** Newest first; `before` is the number at which the page before ended. */
    list(
      connectorId: ConnectorId,
      { before, limit }: { before?: number | undefined; limit: number },
    ): Promise<(ConnectorVersion & { byName: string | null })[]> {
      return executor
        .select({ ...getTableColumns(connectorVersions), byName: users.name })
        .from(connectorVersions)
        .leftJoin(users, eq(users.id, connectorVersions.madeBy))
        .where(
          and(
            eq(connectorVersions.connectorId, connectorId),
            before === undefined ? undefined : lt(connectorVersions.number, before),
          ),
        )
        .orderBy(desc(connectorVersions.number))
        .limit(limit);
    },

    /** What hangs on a connector at its own URLs, in one organisation. */
    async countEffect(
      orgId: OrganisationId,
      connectorId: ConnectorId,
      resources: readonly string[],
    ): Promise<{ connections: number; accounts: number }> {
      const [row] = await executor
        .select({
          connections: sql<number>`(select count(*)::int from ${grants} g where g.org_id = ${orgId}
            and g.revoked_at is null and g.resource = any(${sql.param([...resources])}::text[]))`,
          accounts: sql<number>`(select count(*)::int from ${upstreamAccounts} a where a.org_id = ${orgId}
            and a.connector_id = ${connectorId})`,
        })
        .from(sql`(select 1) as one`);
      return row ?? { connections: 0, accounts: 0 };
    },
  };
}
