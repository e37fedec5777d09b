import type { Clock } from '../kernel/clock.ts';
import type { RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { deriveKey } from '../kernel/seal.ts';
import type { Store } from '../store/store.ts';
import { traceAccount, type AccountActor } from './account-trace.ts';
import { writeAmr, type Amr } from './amr.ts';
import { createCheckPassword } from './check-password.ts';
import { cleanDisplayName } from './display-name.ts';
import { createPasskeys, type Signature } from './passkeys/passkeys.ts';
import { checkPassword, hashPassword, type PasswordFault } from './password.ts';
import type { CurrentUser, People, SignedIn } from './people.ts';
import { createBrowserTokens } from './two-factor/browser-tokens.ts';
import { createSecondFactor, type CodeFault } from './two-factor/second-factor.ts';
import { findSecondFactor } from './two-factor/shown-factor.ts';

/** Somebody's own session, in which they act on their account. */
export type OwnSession = CurrentUser & { readonly requestId: RequestId };

export type Proof =
  | { readonly password: string }
  | { readonly code: string }
  | { readonly passkey: Signature };

/** By what somebody can show again who they are. None: they sign in elsewhere, and do so again. */
export interface ConfirmMethods {
  readonly password: boolean;
  readonly code: boolean;
  readonly passkey: boolean;
}

export type ConfirmFault = CodeFault | { readonly reason: 'wrong_password' | 'passkey_refused' };

/** What people do with their own account, and the ways to sign in besides the password. */
export function createAccounts({
  store,
  people,
  clock,
  baseUrl,
  masterSecret,
}: {
  store: Store;
  people: Pick<People, 'beginSession'>;
  clock: Clock;
  /** The web host's origin. */
  baseUrl: string;
  masterSecret: Uint8Array | string;
}) {
  const secondFactor = createSecondFactor({ store, clock, key: deriveKey(masterSecret, 'two-factor') });
  const passkeys = createPasskeys({ store, clock, baseUrl, key: deriveKey(masterSecret, 'passkeys') });
  const checkCurrent = createCheckPassword({ store });
  const browserTokens = createBrowserTokens(baseUrl);
  const now = () => new Date(clock.nowMs());

  async function pendingOf(headers: Headers): Promise<UserId | undefined> {
    const pending = browserTokens.pendingOf(headers);
    return pending === undefined ? undefined : store.secondFactors.findPending(pending, now());
  }

  async function confirmMethods(user: CurrentUser): Promise<ConfirmMethods> {
    const { userId } = user;
    const [code, keys, password, owes] = await Promise.all([
      store.secondFactors.isOn(userId),
      store.passkeys.countOf(userId),
      hasPassword(userId),
      owesFactor(user),
    ]);
    // Who has stolen a session and the password must not be able to turn the second factor off.
    return { code, password: password && !code && !owes, passkey: passkeys.isAvailable && keys > 0 };
  }

  /**
   * Whether an organisation of theirs asks for a second factor, and this session has not shown the one that there is.
   * Then it changes nothing about it: a password alone would make itself another, or take it away.
   */
  async function owesFactor(user: CurrentUser): Promise<boolean> {
    const memberships = await store.companySignIn.listMembershipsOf(user.userId);
    if (!memberships.some(({ organisation }) => organisation.secondFactorRequired)) return false;
    return (await findSecondFactor(store, user)) === 'not_shown';
  }

  async function hasPassword(userId: UserId): Promise<boolean> {
    const found = await store.sessions.findPassword({ userId });
    return typeof found?.passwordHash === 'string';
  }

  async function prove(user: OwnSession, proof: Proof): Promise<Result<Amr, ConfirmFault>> {
    const { userId } = user;
    if ('code' in proof) {
      const verified = await secondFactor.verify(userId, proof.code);
      return verified.ok ? ok('otp') : verified;
    }
    if ('passkey' in proof) {
      const verified = await passkeys.verify(toConfirm(user), proof.passkey);
      return verified.ok && verified.value === userId ? ok('webauthn') : fail({ reason: 'passkey_refused' });
    }
    const { password } = proof;
    const counts = (await confirmMethods(user)).password;
    return counts && (await checkCurrent({ userId, password })) !== undefined
      ? ok('pwd')
      : fail({ reason: 'wrong_password' });
  }

  return {
    secondFactor,
    passkeys,
    hasPassword,
    confirmMethods,
    owesFactor,

    /** Whether this browser has given a right password and is to be asked for the second factor. */
    isPending: async (headers: Headers): Promise<boolean> => (await pendingOf(headers)) !== undefined,

    /** `over`: there is no sign-in under way in this browser; it begins anew. */
    async finishSignIn({
      code,
      headers,
      remember,
    }: {
      code: string;
      remember: boolean;
      headers: Headers;
    }): Promise<Result<SignedIn, CodeFault | { reason: 'over' }>> {
      const pending = browserTokens.pendingOf(headers);
      const userId = await pendingOf(headers);
      if (pending === undefined || userId === undefined) return fail({ reason: 'over' });
      const verified = await secondFactor.verify(userId, code);
      if (!verified.ok) return verified;
      const remembered: string[] = [];
      const begun = await people.beginSession({
        userId,
        amr: ['pwd', 'otp'],
        headers,
        // Whoever replaces the password meanwhile ends what began with the former one: all of it.
        async ifStill(queries) {
          if (!(await queries.secondFactors.claimPending(pending, now()))) return false;
          if (remember) remembered.push(await browserTokens.remember(queries, userId, clock.nowMs()));
          return true;
        },
      });
      if (!begun.ok) return fail({ reason: 'over' });
      const setCookies = [...begun.value.setCookies, browserTokens.endPending, ...remembered];
      return ok({ ...begun.value, setCookies });
    },

    /** `browser`: by what we know it, so that an answer to its challenge is of no use in another. */
    passkeySignInOptions: (browser: string) => passkeys.signInOptions(toSignIn(browser)),

    async signInByPasskey({
      browser,
      headers,
      response,
    }: {
      browser: string;
      response: Signature;
      headers: Headers;
    }): Promise<Result<SignedIn, { reason: 'refused' }>> {
      const verified = await passkeys.verify(toSignIn(browser), response);
      if (!verified.ok) return fail({ reason: 'refused' });
      const begun = await people.beginSession({ userId: verified.value, amr: ['webauthn'], headers });
      return begun.ok ? begun : fail({ reason: 'refused' });
    },

    passkeyConfirmOptions: (user: OwnSession) => passkeys.signInOptions(toConfirm(user)),

    /** From here on, for ten minutes, dangerous things may be done in this session. */
    async confirm(user: OwnSession, proof: Proof): Promise<Result<void, ConfirmFault>> {
      const proved = await prove(user, proof);
      const entry = { action: 'account.confirmed', detail: { by: Object.keys(proof)[0] } };
      if (!proved.ok) {
        await traceAccount(store, clock, user, { ...entry, outcome: 'refused' });
        return proved;
      }
      const amr = writeAmr([...user.amr, proved.value]);
      await store.transaction(async (queries) => {
        await queries.sessions.confirmSession(user.userId, user.sessionId, amr, now());
        await traceAccount(queries, clock, user, entry);
      });
      return ok(undefined);
    },

    async rename(by: AccountActor, wanted: string): Promise<Result<string, 'name_missing'>> {
      const name = cleanDisplayName(wanted);
      if (name === '') return fail('name_missing');
      await store.transaction(async (queries) => {
        await queries.sessions.rename(by.userId, name);
        await traceAccount(queries, clock, by, { action: 'account.renamed', detail: { to: name } });
      });
      return ok(name);
    },

    /** Ends every other session, and whatever was remembered of browsers. */
    async changePassword(
      user: OwnSession,
      { current, next }: { current: string; next: string },
    ): Promise<Result<{ endedSessions: number }, PasswordFault | 'wrong_password'>> {
      const checked = checkPassword(next);
      if (!checked.ok) return checked;
      const { userId } = user;
      const refused = async () => {
        await traceAccount(store, clock, user, { action: 'account.password_changed', outcome: 'refused' });
        return fail('wrong_password' as const);
      };
      const held = await checkCurrent({ userId, password: current });
      if (held === undefined) return refused();
      const passwordHash = await hashPassword(next);
      const endedSessions = await store.transaction(async (queries) => {
        // Somebody else may have replaced it since it was looked at, and ended this session.
        if (!(await queries.sessions.holdPassword(userId, held.passwordHash))) return undefined;
        await queries.sessions.replacePassword(userId, passwordHash);
        const ended = await queries.sessions.endSessions(userId, user.sessionId);
        const entry = { action: 'account.password_changed', detail: { endedSessions: ended } };
        await traceAccount(queries, clock, user, entry);
        return ended;
      });
      return endedSessions === undefined ? refused() : ok({ endedSessions });
    },

    sessionsOf: (userId: UserId) => store.sessions.listSessions(userId, now()),

    /** False: the person has no such session. */
    endSession: (by: AccountActor, sessionId: string): Promise<boolean> =>
      store.transaction(async (queries) => {
        if (!(await queries.sessions.endSession(by.userId, sessionId))) return false;
        await traceAccount(queries, clock, by, { action: 'account.session_ended' });
        return true;
      }),

    endOtherSessions: (user: OwnSession): Promise<number> =>
      store.transaction(async (queries) => {
        const ended = await queries.sessions.endSessions(user.userId, user.sessionId);
        await traceAccount(queries, clock, user, { action: 'account.sessions_ended', detail: { ended } });
        return ended;
      }),
  };
}

export type Accounts = ReturnType<typeof createAccounts>;

function toSignIn(browser: string): string {
  return `sign-in ${browser}`;
}

function toConfirm({ sessionId, userId }: { userId: UserId; sessionId: string }): string {
  return `confirm ${userId} ${sessionId}`;
}
