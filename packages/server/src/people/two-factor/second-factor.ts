import type { Clock } from '../../kernel/clock.ts';
import type { UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { seal, unseal } from '../../kernel/seal.ts';
import type { Store } from '../../store/store.ts';
import type { Amr } from '../amr.ts';
import { traceAccount, type AccountActor } from '../account-trace.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { hashBackupCode, newBackupCodes } from './backup-codes.ts';
import { matchingStep, newTotpSecret, totpUri } from './totp.ts';

export interface SecondFactorState {
  readonly isOn: boolean;
  readonly since: Date | null;
  readonly backupCodesLeft: number;
  readonly rememberedBrowsers: number;
}

export type CodeFault =
  | { readonly reason: 'wrong_code' }
  | { readonly reason: 'too_many'; readonly retryAfterSeconds: number };

const APP_NAME = 'Latchkey';
const TOTP = /^\d{6}$/;

/** Authenticator apps and backup codes. `key` seals the shared secrets. */
export function createSecondFactor({ store, clock, key }: { store: Store; clock: Clock; key: Uint8Array }) {
  const now = () => new Date(clock.nowMs());

  return {
    async stateOf(userId: UserId): Promise<SecondFactorState> {
      const [factor, backupCodesLeft, rememberedBrowsers] = await Promise.all([
        store.secondFactors.find(userId),
        store.secondFactors.countBackupCodes(userId),
        store.secondFactors.countRemembered(userId, now()),
      ]);
      const since = factor?.confirmedAt ?? null;
      return { isOn: since !== null, since, backupCodesLeft, rememberedBrowsers };
    },

    /** The secret, shown once: it counts for nothing until `confirm`. */
    async begin({
      email,
      userId,
    }: {
      userId: UserId;
      email: string;
    }): Promise<Result<{ secret: string; uri: string }, { reason: 'already_on' }>> {
      const secret = newTotpSecret();
      const begun = await store.secondFactors.begin(userId, seal(key, secret, contextOfTotp(userId)));
      return begun ? ok({ secret, uri: totpUri(secret, email, APP_NAME) }) : fail({ reason: 'already_on' });
    },

    /** From here on sign-in asks for it. Answers the backup codes, which are shown once. */
    async confirm(
      by: AccountActor & { readonly sessionId?: string },
      code: string,
    ): Promise<Result<{ backupCodes: string[] }, CodeFault | { reason: 'not_begun' }>> {
      const factor = await store.secondFactors.find(by.userId);
      if (factor === undefined || factor.confirmedAt !== null) return fail({ reason: 'not_begun' });
      const taken = await takeAttempt(by.userId);
      if (!taken.ok) return taken;
      const step = matchingStep(open(factor), typedTotp(code), clock.nowMs());
      if (step === undefined) return fail({ reason: 'wrong_code' });
      const backupCodes = newBackupCodes();
      return refusableTransaction(store, async (queries) => {
        // Who signs in meanwhile is asked for it, or began before it was on.
        await queries.people.lockUser(by.userId);
        const isOurs = await queries.secondFactors.confirm(by.userId, factor.sealed, step, now());
        if (!isOurs) return fail({ reason: 'not_begun' });
        await queries.secondFactors.replaceBackupCodes(by.userId, hashAll(by.userId, backupCodes));
        await queries.secondFactors.forgetBrowsers(by.userId);
        // The code that turned it on was shown in this session.
        if (by.sessionId !== undefined)
          await queries.sessions.addAmr(by.userId, by.sessionId, 'otp' satisfies Amr);
        await traceAccount(queries, clock, by, { action: 'account.two_factor_enabled' });
        return ok({ backupCodes });
      });
    },

    /** A code of the app, or a backup code. Each is good once. */
    async verify(userId: UserId, code: string): Promise<Result<'totp' | 'backup_code', CodeFault>> {
      const factor = await store.secondFactors.find(userId);
      if (factor === undefined || factor.confirmedAt === null) return fail({ reason: 'wrong_code' });
      const taken = await takeAttempt(userId);
      if (!taken.ok) return taken;
      const typed = typedTotp(code);
      if (TOTP.test(typed)) {
        const step = matchingStep(open(factor), typed, clock.nowMs());
        const isOurs = step !== undefined && (await store.secondFactors.claimStep(userId, step));
        return isOurs ? ok('totp') : fail({ reason: 'wrong_code' });
      }
      const codeHash = hashBackupCode(userId, code);
      const isOurs =
        codeHash !== undefined &&
        (await store.transaction(async (queries) => {
          if (!(await queries.secondFactors.claimBackupCode(userId, codeHash, now()))) return false;
          await traceAccount(queries, clock, { userId }, { action: 'account.backup_code_used' });
          return true;
        }));
      return isOurs ? ok('backup_code') : fail({ reason: 'wrong_code' });
    },

    async replaceBackupCodes(
      by: AccountActor,
    ): Promise<Result<{ backupCodes: string[] }, { reason: 'not_on' }>> {
      const backupCodes = newBackupCodes();
      return refusableTransaction(store, async (queries) => {
        if (!(await queries.secondFactors.isOn(by.userId))) return fail({ reason: 'not_on' });
        await queries.secondFactors.replaceBackupCodes(by.userId, hashAll(by.userId, backupCodes));
        await traceAccount(queries, clock, by, { action: 'account.backup_codes_replaced' });
        return ok({ backupCodes });
      });
    },

    /** With the backup codes and every browser that was remembered. False: it was off. */
    disable: (by: AccountActor): Promise<boolean> =>
      store.transaction(async (queries) => {
        const wasOn = await queries.secondFactors.remove(by.userId);
        if (wasOn) await traceAccount(queries, clock, by, { action: 'account.two_factor_disabled' });
        return wasOn;
      }),

    forgetBrowsers: (by: AccountActor): Promise<void> =>
      store.transaction(async (queries) => {
        await queries.secondFactors.forgetBrowsers(by.userId);
        await traceAccount(queries, clock, by, { action: 'account.browsers_forgotten' });
      }),
  };

  function open({ sealed, userId }: { sealed: string; userId: UserId }): string {
    return unseal(key, sealed, contextOfTotp(userId));
  }

  async function takeAttempt(userId: UserId): Promise<Result<void, CodeFault>> {
    if (await store.secondFactors.takeAttempt(userId, now())) return ok(undefined);
    const until = (await store.secondFactors.find(userId))?.lockedUntil?.getTime() ?? clock.nowMs();
    const retryAfterSeconds = Math.max(1, Math.ceil((until - clock.nowMs()) / 1000));
    return fail({ reason: 'too_many', retryAfterSeconds });
  }
}

/** What an authenticator app's secret is sealed for. */
export function contextOfTotp(userId: string): string {
  return `totp ${userId}`;
}

function typedTotp(code: string): string {
  return code.replace(/[\s-]/g, '');
}

function hashAll(userId: UserId, codes: readonly string[]): string[] {
  return codes.flatMap((code) => hashBackupCode(userId, code) ?? []);
}
