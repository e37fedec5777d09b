import { asc, gt, lt, sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { changes, type ChangeKind } from '../schema.ts';

export const CHANGES_CHANNEL = 'latchkey_changes';

export type Change = { id: number; kind: ChangeKind; subject: string };

/** The feed that tells every node what is no longer what it was. */
export function createChangeQueries(executor: Executor, onAdded: (change: Change) => void) {
  return {
    /** Inserted and announced in the caller's transaction: heard if and only if it commits. */
    async add(kind: ChangeKind, subject: string): Promise<void> {
      const [row] = await executor.insert(changes).values({ kind, subject }).returning({ id: changes.id });
      if (!row) throw new Error('adding a change returned no row');
      const change: Change = { id: row.id, kind, subject };
      await executor.execute(sql`select pg_notify(${CHANGES_CHANNEL}, ${JSON.stringify(change)})`);
      onAdded(change);
    },

    listYoungerThan(seconds: number): Promise<Change[]> {
      return executor
        .select({ id: changes.id, kind: changes.kind, subject: changes.subject })
        .from(changes)
        .where(gt(changes.at, sql`now() - make_interval(secs => ${seconds})`))
        .orderBy(asc(changes.id));
    },

    async deleteOlderThan(seconds: number): Promise<void> {
      await executor.delete(changes).where(lt(changes.at, sql`now() - make_interval(secs => ${seconds})`));
    },
  };
}
