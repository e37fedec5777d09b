import { asc, eq, gt, lt, sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { nodes } from '../schema.ts';

export type NodeRow = typeof nodes.$inferSelect;

export interface NodeFacts {
  readonly id: string;
  readonly host: string;
  readonly half: 'gateway' | 'web' | null;
  readonly version: string;
  readonly runtime: string;
  readonly hearsChanges: boolean;
}

/** The processes that serve this installation. Times are the database's: clocks of hosts differ. */
export function createNodeQueries(executor: Executor) {
  return {
    /** I am here. */
    async beat(node: NodeFacts): Promise<void> {
      const { hearsChanges } = node;
      await executor
        .insert(nodes)
        .values(node)
        .onConflictDoUpdate({ target: nodes.id, set: { hearsChanges, seenAt: sql`now()` } });
    },

    async leave(id: string): Promise<void> {
      await executor.delete(nodes).where(eq(nodes.id, id));
    },

    /** Those that were seen so lately, with how long ago that is. */
    listSeen(seconds: number): Promise<(NodeRow & { seenSecondsAgo: number })[]> {
      return executor
        .select({
          id: nodes.id,
          host: nodes.host,
          half: nodes.half,
          version: nodes.version,
          runtime: nodes.runtime,
          hearsChanges: nodes.hearsChanges,
          startedAt: nodes.startedAt,
          seenAt: nodes.seenAt,
          seenSecondsAgo: sql<number>`extract(epoch from now() - ${nodes.seenAt})`.mapWith(Number),
        })
        .from(nodes)
        .where(gt(nodes.seenAt, sql`now() - make_interval(secs => ${seconds})`))
        .orderBy(asc(nodes.startedAt), asc(nodes.id));
    },

    async deleteUnseenFor(seconds: number): Promise<void> {
      await executor.delete(nodes).where(lt(nodes.seenAt, sql`now() - make_interval(secs => ${seconds})`));
    },
  };
}
