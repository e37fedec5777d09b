import type { CallLimits } from '../../kernel/call-limits.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import { fail, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { changeSetting, type SettingChange, type SettingFault } from './change-setting.ts';

const WATCHED_MS = 7 * 86_400_000;

/** The operator's, in calls a minute: an organisation allows itself no more. */
export interface CallCeilings {
  readonly perKey: number;
  readonly perOrganisation: number;
}

export type CallLimitsFault = 'above_ceiling' | SettingFault;

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

    async change(change: SettingChange<CallLimits>): Promise<Result<void, CallLimitsFault>> {
      const { becomes, orgId, was } = change;
      for (const which of ['perKey', 'perOrganisation'] as const) {
        const wanted = becomes[which];
        // What stood there before the operator lowered theirs may stay.
        if (wanted !== null && wanted !== was[which] && wanted > ceilings[which])
          return fail('above_ceiling');
      }
      return changeSetting(
        { clock, store },
        {
          ...change,
          action: 'organisation.limits_changed',
          needs: 'settings.manage',
          tellsNodes: true,
          detail: { from: was, to: becomes },
        },
        (queries) => queries.people.changeCallLimits(orgId, was, becomes),
      );
    },
  };
}

export type OrganisationCallLimits = ReturnType<typeof createCallLimits>;
