import { asc, gt, lt, sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { changes, type ChangeKind } from '../schema.ts';

export const CHANGES_CHANNEL = 'latchkey_changes';

export type Change = { id: number; kind: ChangeKind; subject: string };

type Told = Omit<Change, 'id'> & { id: string };

/**
 * One statement, because each way to the database is time in which what changed still counts. `adding` inserts changes
 * and returns their id, kind and subject; they are announced, and heard if and only if the transaction commits.
 */
export async function announce(
  executor: Executor,
  adding: SQL,
  onAdded: (change: Change) => void,
): Promise<number> {
  const { rows } = await executor.execute<Told>(sql`
    with ${adding}
    select id, kind, subject, pg_notify(
      ${CHANGES_CHANNEL}::text, json_build_object('id', id, 'kind', kind, 'subject', subject)::text
    )
    from added`);
  for (const { id, kind, subject } of rows) onAdded({ id: Number(id), kind, subject });
  return rows.length;
}

/** The feed that tells every node what is no longer what it was. */
export function createChangeQueries(executor: Executor, onAdded: (change: Change) => void) {
  async function addMany(kind: ChangeKind, subjects: readonly string[]): Promise<void> {
    if (subjects.length === 0) return;
    const adding = sql`added as (
      insert into ${changes} (kind, subject) select ${kind}, unnest(${sql.param([...subjects])}::text[])
      returning id, kind, subject
    )`;
    await announce(executor, adding, onAdded);
  }

  return {
    /** Inserted and announced in the caller's transaction: heard if and only if it commits. */
    add: (kind: ChangeKind, subject: string): Promise<void> => addMany(kind, [subject]),

    /** Many of a kind, as `add` does it for one. */
    addMany,

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
