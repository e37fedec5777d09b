import { desc } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { signingKeys } from '../schema.ts';

export type SigningKeyRow = typeof signingKeys.$inferSelect;

export function createSigningKeyQueries(executor: Executor) {
  return {
    /** False if another node was first: then read again. At most one key is active. */
    async insertActive(key: {
      kid: string;
      publicJwk: Record<string, string>;
      sealedPrivateJwk: string;
    }): Promise<boolean> {
      const rows = await executor
        .insert(signingKeys)
        .values({ ...key, state: 'active' })
        .onConflictDoNothing()
        .returning({ kid: signingKeys.kid });
      return rows.length === 1;
    },

    list(): Promise<SigningKeyRow[]> {
      return executor.select().from(signingKeys).orderBy(desc(signingKeys.createdAt));
    },
  };
}
