import type { Principal } from '../../kernel/principal.ts';
import { limitHeaders, type AskedLimit } from '../../limits/headers.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { LimitAsk, Limiter, LimitDecision, LimitPolicy } from '../../limits/limiter.ts';
import { policyWithin } from '../../limits/policy-within.ts';

export interface Limited {
  readonly allowed: boolean;
  /** `RateLimit` and its kin; for allowed and refused calls alike. */
  readonly headers: readonly string[];
  readonly retryAfterSeconds: number;
}

/** At once, unless what is asked is kept by others: see `Limiter`. */
export type Limit = (principal: Principal) => Soon<Limited>;

/**
 * Asks the key's own bucket, then the organisation's. A key that is over its limit takes nothing from the others. The
 * policies are the operator's: what the organisation says itself holds below them.
 */
export function createLimit(
  limiter: Limiter,
  policies: { readonly perKey: LimitPolicy; readonly perOrganisation: LimitPolicy },
): Limit {
  // Whoever calls again is the same principal for as long as nothing about it has changed.
  const known = new WeakMap<Principal, readonly LimitAsk[]>();

  function asksOf(principal: Principal): readonly LimitAsk[] {
    const found = known.get(principal);
    if (found !== undefined) return found;
    const { keyId, limits, orgId } = principal;
    const asks = [
      { bucket: `key:${keyId}`, policy: policyWithin(policies.perKey, limits?.perKey) },
      { bucket: `org:${orgId}`, policy: policyWithin(policies.perOrganisation, limits?.perOrganisation) },
    ];
    known.set(principal, asks);
    return asks;
  }

  return (principal) => {
    const asks = asksOf(principal);
    const decided = limiter.takeInTurn(asks);
    return decided instanceof Promise
      ? decided.then((decisions) => limited(asks, decisions))
      : limited(asks, decided);
  };
}

const NAMES = ['key', 'organisation'] as const;

function limited(asks: readonly LimitAsk[], decisions: readonly LimitDecision[]): Limited {
  const asked: AskedLimit[] = [];
  let allowed = true;
  let retryAfterSeconds = 0;
  for (let at = 0; at < decisions.length; at += 1) {
    const name = NAMES[at];
    const ask = asks[at];
    const decision = decisions[at];
    if (name === undefined || ask === undefined || decision === undefined) break;
    asked.push({ name, policy: ask.policy, decision });
    allowed &&= decision.allowed;
    retryAfterSeconds = Math.max(retryAfterSeconds, decision.retryAfterSeconds);
  }
  return { allowed, headers: limitHeaders(asked), retryAfterSeconds };
}
