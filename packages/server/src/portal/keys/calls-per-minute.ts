import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { OrganisationCallLimits } from '../../people/organisations/call-limits.ts';

export type CallLimitsOf = Pick<OrganisationCallLimits, 'ceilings' | 'of'>;

/** What a key may allow itself: no more than the organisation allows each key, nor than all of its keys together. */
export async function callsPerMinuteMax(
  { ceilings, of }: CallLimitsOf,
  orgId: OrganisationId,
): Promise<number> {
  const own = await of(orgId);
  return Math.min(
    ceilings.perKey,
    ceilings.perOrganisation,
    own?.perKey ?? Infinity,
    own?.perOrganisation ?? Infinity,
  );
}

/** Throws where a new key would allow itself more than the organisation does. */
export async function requireCallsWithin(
  callLimits: CallLimitsOf,
  orgId: OrganisationId,
  wanted: number | undefined,
): Promise<void> {
  if (wanted === undefined) return;
  const most = await callsPerMinuteMax(callLimits, orgId);
  if (wanted > most)
    throw new AppError('invalid_request', `calls_per_minute: this organisation allows a key ${most} at most`);
}
