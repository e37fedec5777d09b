import { and, asc, count, eq, sql } from 'drizzle-orm';
import type { UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { passkeys, users } from '../schema.ts';

export type Passkey = typeof passkeys.$inferSelect;

/** Passkeys: public keys, so nothing here is secret. */
export function createPasskeyQueries(executor: Executor) {
  const isOf = (userId: UserId, id: string) => and(eq(passkeys.userId, userId), eq(passkeys.id, id));
  return {
    list(userId: UserId): Promise<Passkey[]> {
      return executor
        .select()
        .from(passkeys)
        .where(eq(passkeys.userId, userId))
        .orderBy(asc(passkeys.createdAt));
    },

    async find(id: string): Promise<Passkey | undefined> {
      const [passkey] = await executor.select().from(passkeys).where(eq(passkeys.id, id));
      return passkey;
    },

    /** Until the transaction ends the person gets no other passkey. */
    async lock(userId: UserId): Promise<void> {
      await executor.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    },

    async countOf(userId: UserId): Promise<number> {
      const [row] = await executor
        .select({ keys: count() })
        .from(passkeys)
        .where(eq(passkeys.userId, userId));
      return row?.keys ?? 0;
    },

    /** False: it is somebody's already. */
    async add(passkey: Omit<Passkey, 'createdAt' | 'lastUsedAt'>): Promise<boolean> {
      const rows = await executor
        .insert(passkeys)
        .values(passkey)
        .onConflictDoNothing()
        .returning({ id: passkeys.id });
      return rows.length === 1;
    },

    /**
     * False where the counter did not grow: somebody has a copy (WebAuthn level 3 section 6.1.1). Passkeys that are
     * kept in many places do not count at all, and always say 0.
     */
    async claimUse(id: string, counter: number, at: Date): Promise<boolean> {
      const rows = await executor
        .update(passkeys)
        .set({ counter, lastUsedAt: at })
        .where(
          and(
            eq(passkeys.id, id),
            sql`(${passkeys.counter} < ${counter} or (${passkeys.counter} = 0 and ${counter} = 0))`,
          ),
        )
        .returning({ id: passkeys.id });
      return rows.length === 1;
    },

    async rename(userId: UserId, id: string, name: string): Promise<boolean> {
      const rows = await executor
        .update(passkeys)
        .set({ name })
        .where(isOf(userId, id))
        .returning({ id: passkeys.id });
      return rows.length === 1;
    },

    /** The name that it had; undefined: the person has no such passkey. */
    async remove(userId: UserId, id: string): Promise<string | undefined> {
      const rows = await executor.delete(passkeys).where(isOf(userId, id)).returning();
      return rows[0]?.name;
    },

    /** How many there were. */
    async removeAll(userId: UserId): Promise<number> {
      const rows = await executor
        .delete(passkeys)
        .where(eq(passkeys.userId, userId))
        .returning({ id: passkeys.id });
      return rows.length;
    },
  };
}
