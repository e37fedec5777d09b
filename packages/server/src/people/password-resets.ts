import { personOrOperator } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { hashSecret, randomToken } from '../kernel/secret.ts';
import type { Queries, Store } from '../store/store.ts';
import { traceAccount } from './account-trace.ts';
import { checkPassword, hashPassword, type PasswordFault } from './password.ts';
import { canChangeRole } from './policy.ts';
import { refusableTransaction } from './refusable-transaction.ts';

const LINK_HOURS = 24;

export type ResetLinkFault =
  | 'not_a_member'
  | 'forbidden'
  /** One's own password is changed with the one before. */
  | 'oneself'
  /** The person belongs to an organisation where the asker may not do this. */
  | 'elsewhere'
  /** The person is an operator, which the asker is not: a link would make them one. */
  | 'operator'
  /** The person signs in without one. */
  | 'no_password';

/** Who asks for it; `viaOrgId`: in a session by the word of that organisation's provider, which counts there alone. */
export interface ResetAsker {
  readonly userId: UserId;
  readonly requestId: RequestId;
  readonly viaOrgId: OrganisationId | null;
}

/** Why a link changes nothing. */
export type ResetLinkOver = 'unknown' | 'used' | 'expired' | 'withdrawn';

export interface ResetLink {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Links by which a person chooses another password, made by an admin or by the operator. No mail is sent. */
export function createPasswordResets({ store, clock }: { store: Store; clock: Clock }) {
  const now = () => new Date(clock.nowMs());

  /** Whose password a link is for, or why it is for nobody's. */
  async function look(token: string): Promise<Result<{ email: string }, ResetLinkOver>> {
    const reset = await store.passwordResets.findByToken(hashSecret(token));
    if (reset === undefined || reset.disabledAt !== null) return fail('unknown');
    if (reset.usedAt !== null) return fail('used');
    return reset.expiresAt <= now() ? fail('expired') : ok({ email: reset.email });
  }

  async function issue(
    queries: Queries,
    reset: { userId: UserId; orgId: OrganisationId | null; by?: ResetAsker },
  ): Promise<ResetLink> {
    const { by, orgId, userId } = reset;
    const token = randomToken();
    const expiresAt = new Date(clock.nowMs() + LINK_HOURS * 60 * 60 * 1000);
    await queries.passwordResets.replace({
      userId,
      orgId,
      createdBy: by?.userId ?? null,
      viaOrgId: by?.viaOrgId ?? null,
      tokenHash: hashSecret(token),
      expiresAt,
    });
    await recordEvent(queries, clock, {
      orgId: orgId ?? undefined,
      action: 'password.reset_link_created',
      actor: personOrOperator(by),
      target: userId,
      requestId: by?.requestId,
      outcome: 'ok',
    });
    return { token, expiresAt };
  }

  return {
    /** By an admin, of a member. Any link before it stops working. */
    create(wanted: {
      orgId: OrganisationId;
      userId: UserId;
      by: ResetAsker;
    }): Promise<Result<ResetLink, ResetLinkFault>> {
      const { by, orgId, userId } = wanted;
      return refusableTransaction<ResetLink, ResetLinkFault>(store, async (queries) => {
        const fault = await faultOfAsking(queries, { orgId, userId, asks: by.userId, viaOrgId: by.viaOrgId });
        return fault === undefined ? ok(await issue(queries, { userId, orgId, by })) : fail(fault);
      });
    },

    /** By whoever has the server: `latchkey reset-password`. */
    createForOperator(userId: UserId): Promise<Result<ResetLink, 'no_password'>> {
      return refusableTransaction<ResetLink, 'no_password'>(store, async (queries) =>
        (await queries.passwordResets.hasPassword(userId))
          ? ok(await issue(queries, { userId, orgId: null }))
          : fail('no_password'),
      );
    },

    look,

    /**
     * Sets the password and ends every session. Judged anew: a link hangs on the right of whoever made it, as it is
     * when the link is used, and reaches no further than the session in which it was made. Connections, keys and the
     * second factor stay as they are.
     */
    async use(given: {
      token: string;
      password: string;
      requestId: RequestId;
    }): Promise<Result<void, ResetLinkOver | PasswordFault>> {
      const { password, requestId, token } = given;
      const looked = await look(token);
      if (!looked.ok) return looked;
      const checked = checkPassword(password);
      if (!checked.ok) return checked;
      const passwordHash = await hashPassword(password);
      return refusableTransaction<void, ResetLinkOver>(store, async (queries) => {
        const reset = await queries.passwordResets.claim(hashSecret(token), now());
        if (reset === undefined) return fail('used');
        const { createdBy, orgId, userId, viaOrgId } = reset;
        const fault =
          orgId === null || createdBy === null
            ? undefined
            : await faultOfAsking(queries, { orgId, userId, asks: createdBy, viaOrgId });
        if (fault !== undefined) return fail('withdrawn');
        await queries.sessions.replacePassword(userId, passwordHash);
        await queries.sessions.endSessions(userId);
        const entry = { action: 'password.reset', detail: { by_link_of: createdBy } };
        await traceAccount(queries, clock, { userId, requestId }, entry);
        return ok(undefined);
      });
    },
  };
}

export type PasswordResets = ReturnType<typeof createPasswordResets>;

/**
 * Whoever sets a person's password can be that person everywhere. So the asker must be allowed to change the person's
 * role in each organisation that the person belongs to, not only in their own.
 */
export async function faultOfAsking(
  queries: Queries,
  {
    asks,
    orgId,
    userId,
    viaOrgId,
  }: {
    orgId: OrganisationId;
    userId: UserId;
    asks: UserId;
    viaOrgId: OrganisationId | null;
  },
): Promise<ResetLinkFault | undefined> {
  const before = await queries.passwordResets.listSharedOrganisations(userId, asks);
  const held = new Set([orgId, ...before.map((shared) => shared.orgId)]);
  for (const one of [...held].toSorted((a, b) => a.localeCompare(b))) await queries.people.lockMembers(one);
  await queries.people.lockUser(userId);
  const shared = await queries.passwordResets.listSharedOrganisations(userId, asks);

  const mine = await queries.people.roleOf(orgId, asks);
  const theirs = shared.find((one) => one.orgId === orgId)?.role;
  if (mine === undefined || !canChangeRole(mine, theirs, theirs)) return 'forbidden';
  if (theirs === undefined) return 'not_a_member';
  if (asks === userId) return 'oneself';
  const mayEverywhere = shared.every(
    ({ orgId: there, otherRole, role }) =>
      held.has(there) &&
      (viaOrgId === null || viaOrgId === there) &&
      otherRole !== null &&
      canChangeRole(otherRole, role, role),
  );
  if (!mayEverywhere) return 'elsewhere';
  if ((await queries.operators.isOperator(userId)) && !(await mayActAsOperator(queries, asks, viaOrgId)))
    return 'operator';
  return (await queries.passwordResets.hasPassword(userId)) ? undefined : 'no_password';
}

/** A company's word is good in its own organisation, and makes nobody an operator. */
async function mayActAsOperator(
  queries: Queries,
  asks: UserId,
  viaOrgId: OrganisationId | null,
): Promise<boolean> {
  return viaOrgId === null && (await queries.operators.isOperator(asks));
}
