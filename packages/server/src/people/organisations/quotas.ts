import type { CallsAtOnce, MonthlyQuota, OrganisationQuota } from '../../kernel/call-limits.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import { monthAt } from '../../kernel/month.ts';
import { fail, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { changeSetting, type SettingChange, type SettingFault } from './change-setting.ts';

/** The operator's: an organisation allows itself no more. */
export interface QuotaCeilings {
  readonly monthly: MonthlyQuota;
  readonly atOnce: CallsAtOnce;
}

export type QuotaFault = 'above_ceiling' | SettingFault;

/** What an organisation has used in this month, of what is counted. */
export interface MonthUsed {
  readonly calls: number;
  readonly credits: number;
  /** When the next month begins. */
  readonly endsAt: Date;
}

/** How much an organisation may use in a month, and call at once. Every node holds to it from the next call on. */
export function createOrganisationQuotas({
  ceilings,
  clock,
  store,
}: {
  ceilings: QuotaCeilings;
  clock: Clock;
  store: Store;
}) {
  const most: OrganisationQuota = {
    monthlyCalls: ceilings.monthly.calls,
    monthlyCredits: ceilings.monthly.credits,
    callsAtOncePerKey: ceilings.atOnce.perKey,
    callsAtOnce: ceilings.atOnce.perOrganisation,
  };

  return {
    /** Null: there is no end to it. */
    most,

    async of(orgId: OrganisationId): Promise<OrganisationQuota | undefined> {
      const found = await store.people.findOrganisation(orgId);
      if (found === undefined) return undefined;
      const { callsAtOnce, callsAtOncePerKey, monthlyCalls, monthlyCredits } = found;
      return { callsAtOnce, callsAtOncePerKey, monthlyCalls, monthlyCredits };
    },

    async used(orgId: OrganisationId): Promise<MonthUsed> {
      const { endsMs, name } = monthAt(clock.nowMs());
      const { calls, millicredits } = await store.quotas.used(orgId, name);
      return { calls, credits: millicredits / 1000, endsAt: new Date(endsMs) };
    },

    async change(change: SettingChange<OrganisationQuota>): Promise<Result<void, QuotaFault>> {
      const { becomes, orgId, was } = change;
      if (isAbove(becomes, was, most)) return fail('above_ceiling');
      return changeSetting(
        { clock, store },
        {
          ...change,
          action: 'organisation.quota_changed',
          needs: 'settings.manage',
          tellsNodes: true,
          detail: { from: was, to: becomes },
        },
        (queries) => queries.people.changeQuota(orgId, was, becomes),
      );
    },
  };
}

/** What stood there before the operator lowered theirs may stay. */
function isAbove(becomes: OrganisationQuota, was: OrganisationQuota, most: OrganisationQuota): boolean {
  const names = ['monthlyCalls', 'monthlyCredits', 'callsAtOncePerKey', 'callsAtOnce'] as const;
  return names.some((name) => {
    const [wanted, ceiling] = [becomes[name], most[name]];
    return wanted !== null && ceiling !== null && wanted !== was[name] && wanted > ceiling;
  });
}

export type OrganisationQuotas = ReturnType<typeof createOrganisationQuotas>;
