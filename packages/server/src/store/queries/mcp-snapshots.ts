import { eq, sql } from 'drizzle-orm';
import type { ConnectorId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { mcpSnapshots } from '../schema.ts';

export type McpSnapshot = typeof mcpSnapshots.$inferSelect;

/** Which MCP servers were asked for their tools, and when. */
export function createMcpSnapshotQueries(executor: Executor) {
  return {
    /** True for one node at a time, and for none if the server has answered lately. */
    async claim(
      connectorId: ConnectorId,
      { claimSeconds, freshSeconds }: { claimSeconds: number; freshSeconds: number },
    ): Promise<boolean> {
      const until = sql`now() + make_interval(secs => ${claimSeconds})`;
      const rows = await executor
        .insert(mcpSnapshots)
        .values({ connectorId, claimedUntil: until })
        .onConflictDoUpdate({
          target: mcpSnapshots.connectorId,
          set: { claimedUntil: until },
          setWhere: sql`(${mcpSnapshots.claimedUntil} is null or ${mcpSnapshots.claimedUntil} <= now())
            and (${mcpSnapshots.listedAt} is null
              or ${mcpSnapshots.listedAt} <= now() - make_interval(secs => ${freshSeconds}))`,
        })
        .returning({ connectorId: mcpSnapshots.connectorId });
      return rows.length > 0;
    },

    async listed(connectorId: ConnectorId): Promise<void> {
      await executor
        .update(mcpSnapshots)
        .set({ listedAt: sql`now()`, claimedUntil: null, fault: null })
        .where(eq(mcpSnapshots.connectorId, connectorId));
    },

    /** It is left alone for a while. */
    async failed(connectorId: ConnectorId, fault: string, waitSeconds: number): Promise<void> {
      await executor
        .update(mcpSnapshots)
        .set({ fault, claimedUntil: sql`now() + make_interval(secs => ${waitSeconds})` })
        .where(eq(mcpSnapshots.connectorId, connectorId));
    },

    /** Another server stands in its place. */
    async forget(connectorId: ConnectorId): Promise<void> {
      await executor.delete(mcpSnapshots).where(eq(mcpSnapshots.connectorId, connectorId));
    },

    async find(connectorId: ConnectorId): Promise<McpSnapshot | undefined> {
      const [row] = await executor
        .select()
        .from(mcpSnapshots)
        .where(eq(mcpSnapshots.connectorId, connectorId));
      return row;
    },
  };
}
