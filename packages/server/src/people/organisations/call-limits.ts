import { toAuditRow } from '../../audit/entry.ts';
import type { CallLimits } from '../../kernel/call-limits.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

const WATCHED_MS = 7 * 86_400_000;

/** The operator's, in calls a minute: an organisation allows itself no more. */
export interface CallCeilings {
  readonly perKey: number;
  readonly perOrganisation: number;
}

export type CallLimitsFault = 'above_ceiling' | 'changed_meanwhile' | 'forbidden';

/** How many calls an organisation allows its keys, each and all of them. Every node holds to it from the next call on. */
export function createCallLimits({
  ceilings,
  clock,
  store,
}: {
  ceilings: CallCeilings;
  clock: Clock;
  store: Store;
}) {
  async function of(orgId: OrganisationId): Promise<CallLimits | undefined> {
    const found = await store.people.findOrganisation(orgId);
    return found && { perKey: found.callsPerKey, perOrganisation: found.callsPerOrganisation };
  }

  return {
    ceilings,
    of,

    /** Calls in the busiest hour of the last seven days. */
    busiestHour: (orgId: OrganisationId) =>
      store.usageHours.busiestHour(orgId, new Date(clock.nowMs() - WATCHED_MS)),

    /** `was`: what the admin saw. Nothing is changed if it is something else by now. */
    async change(change: {
      readonly orgId: OrganisationId;
      readonly was: CallLimits;
      readonly becomes: CallLimits;
      readonly by: UserId;
      readonly requestId: RequestId;
    }): Promise<Result<void, CallLimitsFault>> {
      const { becomes, by, orgId, requestId, was } = change;
      for (const which of ['perKey', 'perOrganisation'] as const) {
        const wanted = becomes[which];
        // What stood there before the operator lowered theirs may stay.
        if (wanted !== null && wanted !== was[which] && wanted > ceilings[which])
          return fail('above_ceiling');
      }
      return refusableTransaction(store, async (queries) => {
        // Whoever removes a member holds on to the same row.
        if (!(await queries.people.changeCallLimits(orgId, was, becomes))) return fail('changed_meanwhile');
        const role = await queries.people.roleOf(orgId, by);
        if (role === undefined || !can(role, 'settings.manage')) return fail('forbidden');
        await queries.changes.add('organisation', orgId);
        await queries.audit.insertMany([
          toAuditRow(
            {
              orgId,
              action: 'organisation.limits_changed',
              actor: { kind: 'user', id: by },
              target: orgId,
              requestId,
              outcome: 'ok',
              detail: { from: was, to: becomes },
            },
            'event',
            clock,
          ),
        ]);
        return ok(undefined);
      });
    },
  };
}

export type OrganisationCallLimits = ReturnType<typeof createCallLimits>;
