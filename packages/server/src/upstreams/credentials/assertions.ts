import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { CredentialParts } from '../credentials.ts';
import { bearer } from './parts.ts';

/** A short-lived statement, signed by us, of who is calling: what the upstream gets in place of the caller's credential. */
export type SignAssertion = (subject: {
  readonly principal: Principal;
  /** The upstream's base URL. */
  readonly audience: string;
}) => string | Promise<string>;

export interface Assertion {
  readonly token: string;
  /** What it puts on a request: the same object for as long as it is used. */
  readonly parts: CredentialParts;
}

export type Assertions = (principal: Principal, audience: string) => Soon<Assertion>;

const KEPT_MS = 30_000;
const KEPT_MAX = 20_000;

/** Assertions are signed once for a principal and an upstream, and used for half a minute. */
export function createAssertionCache(sign: SignAssertion, clock: Clock): Assertions {
  const kept = new LRUCache<string, { readonly assertion: Assertion; readonly untilMs: number }>({
    max: KEPT_MAX,
  });
  async function make(
    name: string,
    principal: Principal,
    audience: string,
    nowMs: number,
  ): Promise<Assertion> {
    const token = await sign({ principal, audience });
    const assertion = { token, parts: bearer(token) };
    kept.set(name, { assertion, untilMs: nowMs + KEPT_MS });
    return assertion;
  }

  return (principal, audience) => {
    const { actor, access, keyId, orgId, role } = principal;
    // Role and access are part of the name, so a demotion is never covered by what was signed before it.
    const name = `${orgId} ${actor.id} ${keyId} ${role} ${access} ${audience}`;
    const nowMs = clock.nowMs();
    const known = kept.get(name);
    return known !== undefined && known.untilMs > nowMs
      ? known.assertion
      : make(name, principal, audience, nowMs);
  };
}
