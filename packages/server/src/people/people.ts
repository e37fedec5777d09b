import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, UserId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Role } from '../kernel/access.ts';
import type { Queries, Store } from '../store/store.ts';
import type { Amr } from './amr.ts';
import { createCheckPassword } from './check-password.ts';
import { insertUser, prepareUser, type NewUser, type UserFault } from './create-user.ts';
import { hostCookie } from './host-cookie.ts';
import {
  createOrganisation,
  type NewOrganisation,
  type OrganisationFault,
} from './organisations/create-organisation.ts';
import { removeMember, setRole, type MemberFault, type MemberRef } from './organisations/members.ts';
import { refusableTransaction } from './refusable-transaction.ts';
import { createSessionLibrary, SESSION_SECONDS } from './session-library.ts';
import { createBrowserTokens } from './two-factor/browser-tokens.ts';

export interface CurrentUser {
  readonly userId: UserId;
  readonly sessionId: string;
  readonly email: string;
  readonly name: string;
  readonly signedInAtMs: number;
  /** How they showed who they are, in this session. */
  readonly amr: readonly Amr[];
  /** Whether they last did so little ago that dangerous things may be done in this session. */
  readonly isRecent: boolean;
  /** The organisation whose provider vouched for them, which is all that this session opens: see company/reach.ts. */
  readonly viaOrgId: OrganisationId | null;
  /** When they last showed who they are. */
  readonly shownAtMs: number;
  /** Where this request comes from. */
  readonly address: string | undefined;
}

const RECENT_MS = 10 * 60 * 1000;

export interface SignedIn {
  readonly setCookies: string[];
  readonly userId: UserId;
  /** `second_factor`: there is no session yet, and the cookies are for the page that asks for it. */
  readonly step: 'done' | 'second_factor';
}

export interface People {
  /** `address`: where the request comes from, in its plain spelling; whoever does not say it opens no organisation that asks. */
  currentUser(headers: Headers, address?: string): Promise<CurrentUser | undefined>;
  /** Begins a new session and ends the one that the browser came with, if any. */
  signIn(input: {
    email: string;
    password: string;
    headers: Headers;
  }): Promise<Result<SignedIn, { reason: 'wrong_credentials' }>>;
  /**
   * The same for somebody who has shown who they are in another way. `wrong_credentials`: they are disabled, or it is
   * not so any more.
   */
  beginSession(input: {
    userId: UserId;
    amr: readonly Amr[];
    headers: Headers;
    /** Where an organisation's provider vouched for them. */
    viaOrgId?: OrganisationId;
    /** Asked in the transaction in which the session begins: what ends that from then on ends the session, too. */
    ifStill?: (queries: Queries) => Promise<boolean>;
  }): Promise<Result<SignedIn, { reason: 'wrong_credentials' }>>;
  signOut(headers: Headers): Promise<{ setCookies: string[] }>;
  createUser(user: NewUser): Promise<Result<{ userId: UserId }, { reason: UserFault }>>;
  createOrganisation(
    organisation: NewOrganisation,
  ): Promise<Result<{ orgId: OrganisationId; slug: string }, { reason: OrganisationFault }>>;
  /** `forbidden`: who asks for it may not: see `canChangeRole`. */
  setRole(change: MemberRef & { role: Role }): Promise<Result<void, { reason: MemberFault }>>;
  removeMember(member: MemberRef): Promise<Result<void, { reason: MemberFault }>>;
}

/**
 * Who people are and where they belong. `baseUrl` is the web host's; `secret` signs the session cookie and must stay
 * the same across restarts and nodes.
 */
export function createPeople({
  store,
  baseUrl,
  secret,
  clock,
  log,
}: {
  store: Store;
  baseUrl: string;
  secret: Uint8Array | string;
  clock: Clock;
  log: Log;
}): People {
  const sessions = createSessionLibrary({
    store,
    baseUrl,
    secret: typeof secret === 'string' ? secret : Buffer.from(secret).toString('base64url'),
    cookie: hostCookie(baseUrl, 'latchkey_session'),
    log,
  });

  const checkPassword = createCheckPassword({ store });
  const browserTokens = createBrowserTokens(baseUrl);

  async function beginSession({
    amr,
    headers,
    ifStill = async () => true,
    userId,
    viaOrgId,
  }: Parameters<People['beginSession']>[0]): Promise<Result<SignedIn, { reason: 'wrong_credentials' }>> {
    const session = { userId, amr, viaOrgId: viaOrgId ?? null, isConfirmed: true, nowMs: clock.nowMs() };
    const library = await sessions;
    const setCookies = await store.transaction(async (queries) => {
      if (!(await ifStill(queries)) || !(await queries.sessions.holdEnabled(userId))) return undefined;
      return (await library.begin(session, headers, queries)).setCookies;
    });
    // To somebody who is disabled the same as to somebody unknown.
    if (setCookies === undefined) return fail({ reason: 'wrong_credentials' });
    await endFormer(headers);
    return ok({ setCookies, userId, step: 'done' });
  }

  /** The session that the browser came with, if any. */
  async function endFormer(headers: Headers): Promise<void> {
    if (headers.has('cookie')) await (await sessions).end(headers);
  }

  async function isRemembered(queries: Queries, userId: UserId, headers: Headers): Promise<boolean> {
    const browser = browserTokens.rememberedOf(headers);
    const now = new Date(clock.nowMs());
    return browser !== undefined && queries.secondFactors.isRemembered(userId, browser, now);
  }

  return {
    async currentUser(headers, address) {
      if (!headers.has('cookie')) return undefined;
      const session = await (await sessions).find(headers);
      if (session === undefined) return undefined;
      const { confirmedAtMs, createdAtMs: signedInAtMs, ...who } = session;
      if (clock.nowMs() >= signedInAtMs + SESSION_SECONDS * 1000) return undefined;
      const isRecent = clock.nowMs() < confirmedAtMs + RECENT_MS;
      // A remembered browser has confirmed nothing, and still began when it did.
      const shownAtMs = Math.max(signedInAtMs, confirmedAtMs);
      return { ...who, signedInAtMs, shownAtMs, isRecent, address };
    },

    async signIn({ email, password, headers }) {
      const checked = await checkPassword({ email, password });
      if (checked === undefined) return fail({ reason: 'wrong_credentials' });
      const { passwordHash, userId } = checked;
      const library = await sessions;
      const nowMs = clock.nowMs();
      // Whoever replaces a password ends what began with it: nothing may begin with it afterwards. And whoever turns a
      // second factor on: either it is on here, or this session is older than that.
      const begun = await store.transaction(async (queries) => {
        if (!(await queries.sessions.holdPassword(userId, passwordHash))) return undefined;
        const hasSecondFactor = await queries.secondFactors.isOn(userId);
        if (hasSecondFactor && !(await isRemembered(queries, userId, headers))) {
          const setCookies = [await browserTokens.beginPending(queries, userId, nowMs)];
          return { setCookies, step: 'second_factor' } as const;
        }
        const session = {
          userId,
          amr: ['pwd'],
          viaOrgId: null,
          isConfirmed: !hasSecondFactor,
          nowMs,
        } as const;
        const { setCookies } = await library.begin(session, headers, queries);
        return { setCookies, step: 'done' } as const;
      });
      if (begun === undefined) return fail({ reason: 'wrong_credentials' });
      if (begun.step === 'done') await endFormer(headers);
      return ok({ ...begun, userId });
    },

    beginSession,

    signOut: async (headers) => (await sessions).end(headers),

    async createUser(wanted) {
      const prepared = await prepareUser(wanted);
      if (!prepared.ok) return fail({ reason: prepared.error });
      const user = prepared.value;
      return withReason(
        await refusableTransaction(store, (queries) => insertUser(queries, user, { emailVerified: true })),
      );
    },

    createOrganisation: async (wanted) =>
      withReason(await refusableTransaction(store, (queries) => createOrganisation(queries, wanted))),
    setRole: async (change) => withReason(await setRole({ store, clock }, change)),
    removeMember: async (member) => withReason(await removeMember({ store, clock }, member)),
  };
}

function withReason<T, Fault>(result: Result<T, Fault>): Result<T, { reason: Fault }> {
  return result.ok ? result : fail({ reason: result.error });
}
