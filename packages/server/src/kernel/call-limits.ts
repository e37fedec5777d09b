/** Calls in a minute, as an organisation limits itself; null: as many as the operator allows. */
export interface CallLimits {
  readonly perKey: number | null;
  readonly perOrganisation: number | null;
  /** Absent: as much as the operator allows. */
  readonly monthly?: MonthlyQuota | undefined;
  readonly atOnce?: CallsAtOnce | undefined;
}

/** What an organisation may use in a month of UTC; null: as much as it likes. */
export interface MonthlyQuota {
  readonly calls: number | null;
  readonly credits: number | null;
}

/** Calls under way at the same time, on each node; null: as many as the operator allows. */
export interface CallsAtOnce {
  readonly perKey: number | null;
  readonly perOrganisation: number | null;
}

/** What an organisation may use in a month and at once, by its own word; null: as much as the operator allows. */
export interface OrganisationQuota {
  readonly monthlyCalls: number | null;
  readonly monthlyCredits: number | null;
  readonly callsAtOncePerKey: number | null;
  readonly callsAtOnce: number | null;
}

/** With a limit that a key has of its own: the smaller of the two holds. */
export function withLimitOfKey(
  limits: CallLimits | undefined,
  callsPerMinute: number | null | undefined,
): CallLimits | undefined {
  if (callsPerMinute === null || callsPerMinute === undefined) return limits;
  return {
    ...limits,
    perKey: Math.min(callsPerMinute, limits?.perKey ?? callsPerMinute),
    perOrganisation: limits?.perOrganisation ?? null,
  };
}
