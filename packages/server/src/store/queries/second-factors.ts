import { and, count, eq, gt, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { backupCodes, pendingSignIns, rememberedBrowsers, totpFactors } from '../schema.ts';

export type TotpFactor = typeof totpFactors.$inferSelect;

/** Authenticator apps, backup codes, and what is asked for between the password and the session. */
export function createSecondFactorQueries(executor: Executor) {
  return {
    async find(userId: UserId): Promise<TotpFactor | undefined> {
      const [factor] = await executor.select().from(totpFactors).where(eq(totpFactors.userId, userId));
      return factor;
    },

    async isOn(userId: UserId): Promise<boolean> {
      const [factor] = await executor
        .select({ userId: totpFactors.userId })
        .from(totpFactors)
        .where(and(eq(totpFactors.userId, userId), isNotNull(totpFactors.confirmedAt)));
      return factor !== undefined;
    },

    /** In place of one that was never confirmed. False: one is in use. */
    async begin(userId: UserId, sealed: string): Promise<boolean> {
      const rows = await executor
        .insert(totpFactors)
        .values({ userId, sealed })
        .onConflictDoUpdate({
          target: totpFactors.userId,
          set: { sealed, failures: 0, lockedUntil: null },
          setWhere: isNull(totpFactors.confirmedAt),
        })
        .returning({ userId: totpFactors.userId });
      return rows.length === 1;
    },

    /** True for exactly one caller. */
    async confirm(userId: UserId, sealed: string, step: number, at: Date): Promise<boolean> {
      const rows = await executor
        .update(totpFactors)
        .set({ confirmedAt: at, lastStep: step, failures: 0, lockedUntil: null })
        .where(
          and(
            eq(totpFactors.userId, userId),
            eq(totpFactors.sealed, sealed),
            isNull(totpFactors.confirmedAt),
          ),
        )
        .returning({ userId: totpFactors.userId });
      return rows.length === 1;
    },

    /**
     * Counts an attempt before it is looked at, so that many at once are as many as one after another. From the fifth
     * on that was not right each makes the next one wait twice as long, up to an hour. False: it is to wait.
     */
    async takeAttempt(userId: UserId, at: Date): Promise<boolean> {
      const { failures, lockedUntil } = totpFactors;
      const waitSeconds = sql`least(${LONGEST_WAIT_SECONDS}, ${FIRST_WAIT_SECONDS} * power(2, least(${failures} + 1 - ${FREE_ATTEMPTS}, 20)))`;
      const rows = await executor
        .update(totpFactors)
        .set({
          failures: sql`${failures} + 1`,
          lockedUntil: sql`case when ${failures} + 1 < ${FREE_ATTEMPTS} then null
            else ${at.toISOString()}::timestamptz + ${waitSeconds} * interval '1 second' end`,
        })
        .where(
          and(
            eq(totpFactors.userId, userId),
            sql`(${lockedUntil} is null or ${lockedUntil} <= ${at.toISOString()}::timestamptz)`,
          ),
        )
        .returning({ userId: totpFactors.userId });
      return rows.length === 1;
    },

    /** True for exactly one caller per step, and never for one before the last that was taken. */
    async claimStep(userId: UserId, step: number): Promise<boolean> {
      const rows = await executor
        .update(totpFactors)
        .set({ lastStep: step, failures: 0, lockedUntil: null })
        .where(
          and(
            eq(totpFactors.userId, userId),
            isNotNull(totpFactors.confirmedAt),
            lt(totpFactors.lastStep, step),
          ),
        )
        .returning({ userId: totpFactors.userId });
      return rows.length === 1;
    },

    /** True for exactly one caller per code. */
    async claimBackupCode(userId: UserId, codeHash: string, at: Date): Promise<boolean> {
      const rows = await executor
        .update(backupCodes)
        .set({ usedAt: at })
        .where(
          and(eq(backupCodes.userId, userId), eq(backupCodes.codeHash, codeHash), isNull(backupCodes.usedAt)),
        )
        .returning({ userId: backupCodes.userId });
      if (rows.length === 0) return false;
      await executor
        .update(totpFactors)
        .set({ failures: 0, lockedUntil: null })
        .where(eq(totpFactors.userId, userId));
      return true;
    },

    /** Those before stop working. */
    async replaceBackupCodes(userId: UserId, codeHashes: readonly string[]): Promise<void> {
      await executor.delete(backupCodes).where(eq(backupCodes.userId, userId));
      await executor.insert(backupCodes).values(codeHashes.map((codeHash) => ({ userId, codeHash })));
    },

    async countBackupCodes(userId: UserId): Promise<number> {
      const [row] = await executor
        .select({ left: count() })
        .from(backupCodes)
        .where(and(eq(backupCodes.userId, userId), isNull(backupCodes.usedAt)));
      return row?.left ?? 0;
    },

    /** The app, the backup codes, the browsers that were remembered and whoever was about to be asked. False: it was off. */
    async remove(userId: UserId): Promise<boolean> {
      const rows = await executor
        .delete(totpFactors)
        .where(eq(totpFactors.userId, userId))
        .returning({ confirmedAt: totpFactors.confirmedAt });
      for (const table of [backupCodes, rememberedBrowsers, pendingSignIns])
        await executor.delete(table).where(eq(table.userId, userId));
      return rows.some(({ confirmedAt }) => confirmedAt !== null);
    },

    async createPending(pending: { tokenHash: string; userId: UserId; expiresAt: Date }): Promise<void> {
      await executor.insert(pendingSignIns).values(pending);
    },

    async findPending(tokenHash: string, at: Date): Promise<UserId | undefined> {
      const [row] = await executor
        .select({ userId: pendingSignIns.userId })
        .from(pendingSignIns)
        .where(and(eq(pendingSignIns.tokenHash, tokenHash), gt(pendingSignIns.expiresAt, at)));
      return row?.userId;
    },

    /** True for exactly one caller. */
    async claimPending(tokenHash: string, at: Date): Promise<boolean> {
      const rows = await executor
        .delete(pendingSignIns)
        .where(and(eq(pendingSignIns.tokenHash, tokenHash), gt(pendingSignIns.expiresAt, at)))
        .returning({ userId: pendingSignIns.userId });
      return rows.length === 1;
    },

    async rememberBrowser(browser: { tokenHash: string; userId: UserId; expiresAt: Date }): Promise<void> {
      await executor.insert(rememberedBrowsers).values(browser);
    },

    async isRemembered(userId: UserId, tokenHash: string, at: Date): Promise<boolean> {
      const [row] = await executor
        .select({ userId: rememberedBrowsers.userId })
        .from(rememberedBrowsers)
        .where(
          and(
            eq(rememberedBrowsers.tokenHash, tokenHash),
            eq(rememberedBrowsers.userId, userId),
            gt(rememberedBrowsers.expiresAt, at),
          ),
        );
      return row !== undefined;
    },

    async countRemembered(userId: UserId, at: Date): Promise<number> {
      const [row] = await executor
        .select({ browsers: count() })
        .from(rememberedBrowsers)
        .where(and(eq(rememberedBrowsers.userId, userId), gt(rememberedBrowsers.expiresAt, at)));
      return row?.browsers ?? 0;
    },

    async forgetBrowsers(userId: UserId): Promise<void> {
      await executor.delete(rememberedBrowsers).where(eq(rememberedBrowsers.userId, userId));
    },

    async deleteExpired(): Promise<void> {
      for (const table of [pendingSignIns, rememberedBrowsers])
        await executor.delete(table).where(lt(table.expiresAt, sql`now()`));
    },
  };
}

const FREE_ATTEMPTS = 5;
const FIRST_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 3600;
