import type { Principal } from '../../kernel/principal.ts';
import { limitHeaders, type AskedLimit } from '../../limits/headers.ts';
import type { Limiter, LimitPolicy } from '../../limits/limiter.ts';

export interface Limited {
  readonly allowed: boolean;
  /** `RateLimit` and its kin; for allowed and refused calls alike. */
  readonly headers: readonly string[];
  readonly retryAfterSeconds: number;
}

export type Limit = (principal: Principal) => Limited;

/** Asks the key's own bucket, then the organisation's. A key that is over its limit takes nothing from the others. */
export function createLimit(
  limiter: Limiter,
  policies: { readonly perKey: LimitPolicy; readonly perOrganisation: LimitPolicy },
): Limit {
  return ({ keyId, orgId }) => {
    const { perKey, perOrganisation } = policies;
    const key: AskedLimit = { name: 'key', policy: perKey, decision: limiter.take(`key:${keyId}`, perKey) };
    if (!key.decision.allowed) return limited(key.decision.retryAfterSeconds, [key]);
    const decision = limiter.take(`org:${orgId}`, perOrganisation);
    return limited(decision.retryAfterSeconds, [
      key,
      { name: 'organisation', policy: perOrganisation, decision },
    ]);
  };
}

function limited(retryAfterSeconds: number, asked: readonly AskedLimit[]): Limited {
  return { allowed: retryAfterSeconds === 0, headers: limitHeaders(asked), retryAfterSeconds };
}
