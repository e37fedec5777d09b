import { LRUCache } from 'lru-cache';
import type { Clock } from '../kernel/clock.ts';
import type { Principal } from '../kernel/principal.ts';
import type { Signing } from './signing.ts';

export const ASSERTION_TYPE = 'latchkey-assertion+jwt';
const LIFETIME_SECONDS = 60;
/** A repeated call gets the same assertion while at least half of its life is left. */
const REUSE_MS = 30_000;
const CACHED_ASSERTIONS_MAX = 10_000;

/** Who is calling, for an upstream that checks it with our JWKS. It is the gateway's own word: never the caller's token. */
export function createAssertions({
  signing,
  clock,
  issuer,
}: {
  signing: Signing;
  clock: Clock;
  issuer: string;
}) {
  const cache = new LRUCache<string, { assertion: string; signedAtMs: number }>({
    max: CACHED_ASSERTIONS_MAX,
  });

  return function signAssertion({ principal, audience }: { principal: Principal; audience: string }): string {
    const nowMs = clock.nowMs();
    const { orgId, orgSlug, actor, role, access } = principal;
    const subject = `${orgId} ${actor.id} ${role} ${access} ${audience}`;
    const cached = cache.get(subject);
    if (cached !== undefined && nowMs - cached.signedAtMs < REUSE_MS && nowMs >= cached.signedAtMs)
      return cached.assertion;
    const iat = Math.floor(nowMs / 1000);
    const assertion = signing.sign(ASSERTION_TYPE, {
      iss: issuer,
      aud: audience,
      sub: actor.id,
      actor: actor.kind,
      org: orgSlug,
      org_id: orgId,
      role,
      access,
      iat,
      exp: iat + LIFETIME_SECONDS,
    });
    cache.set(subject, { assertion, signedAtMs: nowMs });
    return assertion;
  };
}
