import type { LimitPolicy } from './limiter.ts';

const MINUTE_SECONDS = 60;

/** The most calls in a minute that a limit allows; at least one. */
export function perMinute({ limit, windowSeconds }: LimitPolicy): number {
  return Math.max(1, Math.floor((limit * MINUTE_SECONDS) / windowSeconds));
}

/** Both limits of the operator's, in calls a minute. */
export function ceilingsOf({
  perKey,
  perOrganisation,
}: {
  readonly perKey: LimitPolicy;
  readonly perOrganisation: LimitPolicy;
}): { readonly perKey: number; readonly perOrganisation: number } {
  return { perKey: perMinute(perKey), perOrganisation: perMinute(perOrganisation) };
}

/** The smaller of the operator's limit and of one in calls a minute; null or absent: the operator's alone. */
export function policyWithin(ceiling: LimitPolicy, callsPerMinute: number | null | undefined): LimitPolicy {
  if (callsPerMinute === null || callsPerMinute === undefined || callsPerMinute >= perMinute(ceiling))
    return ceiling;
  // No more at once than the operator allows, either.
  const burst = Math.min(callsPerMinute, ceiling.burst ?? ceiling.limit);
  return { limit: callsPerMinute, windowSeconds: MINUTE_SECONDS, burst };
}
