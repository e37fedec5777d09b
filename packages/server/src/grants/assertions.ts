import type { Clock } from '../kernel/clock.ts';
import type { Principal } from '../kernel/principal.ts';
import type { Signing } from './signing.ts';

export const ASSERTION_TYPE = 'latchkey-assertion+jwt';
const LIFETIME_SECONDS = 60;

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
  return function signAssertion({ principal, audience }: { principal: Principal; audience: string }): string {
    const { orgId, orgSlug, actor, role, access } = principal;
    const iat = Math.floor(clock.nowMs() / 1000);
    return signing.sign(ASSERTION_TYPE, {
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
  };
}
