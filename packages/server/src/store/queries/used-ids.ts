import { lt, sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { usedIds, type UsedIdPurpose } from '../schema.ts';

/** What may be used once, on whichever node: tickets, proofs, assertions, confirmations. */
export function createUsedIdQueries(executor: Executor) {
  return {
    /** True for exactly one caller per purpose and id. It is remembered until `expiresAtSeconds` at least. */
    async claim(purpose: UsedIdPurpose, id: string, expiresAtSeconds: number): Promise<boolean> {
      const rows = await executor
        .insert(usedIds)
        .values({ purpose, id, expiresAt: sql`to_timestamp(${expiresAtSeconds})` })
        .onConflictDoNothing()
        .returning({ id: usedIds.id });
      return rows.length === 1;
    },

    async deleteExpired(): Promise<void> {
      await executor.delete(usedIds).where(lt(usedIds.expiresAt, sql`now() - interval '10 minutes'`));
    },
  };
}
