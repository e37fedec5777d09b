import { personOrOperator, toAuditRow } from '../../audit/entry.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Queries, Store } from '../../store/store.ts';
import { faultOfAsking, type ResetAsker, type ResetLinkFault } from '../password-resets.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

/**
 * For whoever lost their app and their codes, or their passkeys: taken away by an admin, under the rules of reset links,
 * or by the operator. Together with a link it opens the account, so neither may be easier to get than the other.
 */
export function createResetSecondFactor({ store, clock }: { store: Store; clock: Clock }) {
  /** False: there was none. */
  async function reset(
    queries: Queries,
    userId: UserId,
    by: { userId: UserId; requestId: RequestId } | undefined,
  ): Promise<boolean> {
    const wasOn = await queries.secondFactors.remove(userId);
    if ((await queries.passkeys.removeAll(userId)) === 0 && !wasOn) return false;
    const memberships = await queries.people.listOrganisationsOf(userId);
    const entry = {
      action: 'member.two_factor_reset',
      actor: personOrOperator(by),
      target: userId,
      requestId: by?.requestId,
      outcome: 'ok',
    } as const;
    await queries.audit.insertMany(
      memberships.map(({ organisation: { id: orgId } }) => toAuditRow({ ...entry, orgId }, 'event', clock)),
    );
    return true;
  }

  return {
    byAdmin(wanted: {
      orgId: OrganisationId;
      userId: UserId;
      by: ResetAsker;
    }): Promise<Result<void, ResetLinkFault | 'not_on'>> {
      const { by, orgId, userId } = wanted;
      return refusableTransaction<void, ResetLinkFault | 'not_on'>(store, async (queries) => {
        const fault = await faultOfAsking(queries, { orgId, userId, asks: by.userId, viaOrgId: by.viaOrgId });
        if (fault !== undefined) return fail(fault);
        return (await reset(queries, userId, by)) ? ok(undefined) : fail('not_on');
      });
    },

    byOperator: (userId: UserId): Promise<boolean> =>
      store.transaction((queries) => reset(queries, userId, undefined)),
  };
}

export type ResetSecondFactor = ReturnType<typeof createResetSecondFactor>;
