import { sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';

/** Until the end of the transaction it is ours; false: another one's. Each number stands for one kind of work. */
export async function tryLock(executor: Executor, lock: number): Promise<boolean> {
  const { rows } = await executor.execute<{ held: boolean }>(
    sql`select pg_try_advisory_xact_lock(${lock}::bigint) as held`,
  );
  return rows[0]?.held === true;
}

/** The same; waits for whoever has it. */
export async function waitForLock(executor: Executor, lock: number): Promise<void> {
  await executor.execute(sql`select pg_advisory_xact_lock(${lock}::bigint)`);
}
