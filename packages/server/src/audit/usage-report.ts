import type { Clock } from '../kernel/clock.ts';
import { percentileOf } from '../kernel/durations.ts';
import type { OrganisationId, UserId } from '../kernel/ids.ts';
import type { UsageBy as By, UsageCounts, UsageFilter } from '../store/queries/usage-hours.ts';
import type { Queries } from '../store/store.ts';

export interface UsageReportStore {
  readonly usageHours: Pick<Queries['usageHours'], 'totals' | 'series' | 'groups'>;
}

export type UsageBy = By;

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** How far back, and how much of it is one point of a chart. */
const RANGES = {
  '24h': { seconds: DAY_SECONDS, step: HOUR_SECONDS },
  '7d': { seconds: 7 * DAY_SECONDS, step: HOUR_SECONDS },
  '30d': { seconds: 30 * DAY_SECONDS, step: 6 * HOUR_SECONDS },
  '90d': { seconds: 90 * DAY_SECONDS, step: DAY_SECONDS },
} as const;

export type UsageRange = keyof typeof RANGES;

export const USAGE_RANGES = Object.keys(RANGES) as [UsageRange, ...UsageRange[]];

export interface Usage {
  readonly calls: number;
  readonly refused: number;
  readonly limited: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly failed: number;
  /** Milliseconds; undefined: nothing was timed. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

export interface UsageQuestion {
  readonly orgId: OrganisationId;
  readonly range: UsageRange;
  /** Of one person alone. */
  readonly ownedBy?: UserId | undefined;
  readonly person?: string | undefined;
  readonly tool?: string | undefined;
  readonly client?: string | undefined;
  readonly key?: string | undefined;
}

const PAGE = 1000;

/** What was called, how it ended, and how long it took: from the counts by the hour, whole steps of the clock. */
export function createUsageReport({ store, clock }: { store: UsageReportStore; clock: Clock }) {
  function filterOf({ client, key, orgId, ownedBy, person, range, tool }: UsageQuestion) {
    const { seconds, step } = RANGES[range];
    const endMs = Math.ceil((clock.nowMs() + 1) / (step * 1000)) * step * 1000;
    const filter: UsageFilter = {
      orgId,
      from: new Date(endMs - seconds * 1000),
      to: new Date(endMs),
      actorId: ownedBy ?? person,
      tool,
      clientId: client,
      keyId: key,
    };
    return { filter, step, isNobodys: ownedBy !== undefined && person !== undefined && person !== ownedBy };
  }

  return {
    async report(question: UsageQuestion, by: UsageBy, limit: number) {
      const { filter, isNobodys, step } = filterOf(question);
      const [totals, series, groups] = isNobodys
        ? [NOTHING, [], []]
        : await Promise.all([
            store.usageHours.totals(filter),
            store.usageHours.series(filter, step),
            store.usageHours.groups(filter, by, { limit, offset: 0 }),
          ]);
      return {
        from: filter.from,
        to: filter.to,
        stepSeconds: step,
        totals: usageOf(totals),
        series: everyStep(filter, step, series),
        groups: groups.map(toGroup),
        groupsInAll: groups[0]?.groups ?? 0,
      };
    },

    /** Every group, the busiest first, a page at a time. */
    async *groups(question: UsageQuestion, by: UsageBy) {
      const { filter, isNobodys } = filterOf(question);
      if (isNobodys) return;
      for (let offset = 0; ; offset += PAGE) {
        const page = await store.usageHours.groups(filter, by, { limit: PAGE, offset });
        if (page.length > 0) yield page.map(toGroup);
        if (page.length < PAGE) return;
      }
    },
  };
}

export type UsageReport = ReturnType<typeof createUsageReport>;

const NOTHING: UsageCounts = {
  calls: 0,
  refused: 0,
  limited: 0,
  clientErrors: 0,
  serverErrors: 0,
  failed: 0,
  durations: [],
};

function usageOf({ durations, ...counts }: UsageCounts): Usage {
  return {
    calls: counts.calls,
    refused: counts.refused,
    limited: counts.limited,
    clientErrors: counts.clientErrors,
    serverErrors: counts.serverErrors,
    failed: counts.failed,
    p50: percentileOf(durations, 0.5),
    p95: percentileOf(durations, 0.95),
  };
}

function toGroup({
  action,
  id,
  name,
  ...counts
}: UsageCounts & { id: string; action: string; name: string | null }) {
  return { id, action, name, ...usageOf(counts) };
}

/** Also those in which nothing was called: a chart says so, too. */
function everyStep(
  { from, to }: UsageFilter,
  step: number,
  found: readonly (UsageCounts & { atMs: number })[],
): (Usage & { at: Date })[] {
  const byTime = new Map(found.map((one) => [one.atMs, one]));
  const steps = Math.round((to.getTime() - from.getTime()) / (step * 1000));
  return Array.from({ length: steps }, (_, index) => {
    const atMs = from.getTime() + index * step * 1000;
    return { at: new Date(atMs), ...usageOf(byTime.get(atMs) ?? NOTHING) };
  });
}
