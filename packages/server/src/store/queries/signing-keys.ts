import { and, desc, eq, lt, lte, sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { signingKeys } from '../schema.ts';

export type SigningKeyRow = typeof signingKeys.$inferSelect;

export interface NewSigningKey {
  kid: string;
  publicJwk: Record<string, string>;
  sealedPrivateJwk: string;
}

const ROTATION_LOCK = 0x6c61_6b65; // 'lake'

/** Our signing keys: *next* is published and not used yet, *active* signs, *retired* verifies what it signed. */
export function createSigningKeyQueries(executor: Executor) {
  return {
    /** False if another node was first: then read again. At most one key is active. */
    async insertActive(key: NewSigningKey): Promise<boolean> {
      const rows = await executor
        .insert(signingKeys)
        .values({ ...key, state: 'active', activatedAt: sql`now()` })
        .onConflictDoNothing()
        .returning({ kid: signingKeys.kid });
      return rows.length === 1;
    },

    async insertNext(key: NewSigningKey): Promise<void> {
      await executor.insert(signingKeys).values({ ...key, state: 'next' });
    },

    list(): Promise<SigningKeyRow[]> {
      return executor.select().from(signingKeys).orderBy(desc(signingKeys.createdAt));
    },

    /** Until the transaction ends nobody else rotates, on whichever node. */
    async lockRotation(): Promise<void> {
      await executor.execute(sql`select pg_advisory_xact_lock(${ROTATION_LOCK})`);
    },

    /** The next key, if it has been published for so long. */
    async findNext(publishedSeconds: number): Promise<SigningKeyRow | undefined> {
      const [row] = await executor
        .select()
        .from(signingKeys)
        .where(
          and(
            eq(signingKeys.state, 'next'),
            lte(signingKeys.createdAt, sql`now() - make_interval(secs => ${publishedSeconds})`),
          ),
        )
        .orderBy(signingKeys.createdAt)
        .limit(1);
      return row;
    },

    async retireActive(): Promise<void> {
      await executor
        .update(signingKeys)
        .set({ state: 'retired', retiredAt: sql`now()` })
        .where(eq(signingKeys.state, 'active'));
    },

    async activate(kid: string): Promise<void> {
      await executor
        .update(signingKeys)
        .set({ state: 'active', activatedAt: sql`now()` })
        .where(eq(signingKeys.kid, kid));
    },

    /** What was dropped; undefined if there is no such key. */
    async delete(kid: string): Promise<SigningKeyRow | undefined> {
      const [row] = await executor.delete(signingKeys).where(eq(signingKeys.kid, kid)).returning();
      return row;
    },

    /** The ids of those that were retired longer ago than `seconds`, and are gone now. */
    async deleteRetired(seconds: number): Promise<string[]> {
      const rows = await executor
        .delete(signingKeys)
        .where(
          and(
            eq(signingKeys.state, 'retired'),
            lt(signingKeys.retiredAt, sql`now() - make_interval(secs => ${seconds})`),
          ),
        )
        .returning({ kid: signingKeys.kid });
      return rows.map(({ kid }) => kid);
    },
  };
}
