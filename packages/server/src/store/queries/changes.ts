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

    /** Many of a kind, as `add` does it for one. */
    async addMany(kind: ChangeKind, subjects: readonly string[]): Promise<void> {
      if (subjects.length === 0) return;
      const { rows } = await executor.execute<{ id: string; subject: string }>(sql`
        with added as (
          insert into ${changes} (kind, subject) select ${kind}, unnest(${sql.param([...subjects])}::text[])
          returning id, subject
        )
        select id, subject,
               pg_notify(${CHANGES_CHANNEL}::text, json_build_object('id', id, 'kind', ${kind}::text, 'subject', subject)::text)
        from added`);
      for (const { id, subject } of rows) onAdded({ id: Number(id), kind, subject });
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
