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

interface Kept {
  readonly assertion: Assertion;
  readonly audience: string;
  readonly untilMs: number;
}

/** Assertions are signed once for a principal and an upstream, and used for half a minute. */
export function createAssertionCache(sign: SignAssertion, clock: Clock): Assertions {
  const kept = new LRUCache<string, Kept>({ max: KEPT_MAX });
  /** The same by whoever calls again: it is the same principal, and its name need not be put together. */
  const latest = new WeakMap<Principal, Kept>();

  async function make(
    name: string,
    principal: Principal,
    audience: string,
    nowMs: number,
  ): Promise<Assertion> {
    const token = await sign({ principal, audience });
    const assertion = { token, parts: bearer(token) };
    kept.set(name, { assertion, audience, untilMs: nowMs + KEPT_MS });
    return assertion;
  }

  function isGood(one: Kept | undefined, audience: string, nowMs: number): one is Kept {
    return one !== undefined && one.audience === audience && one.untilMs > nowMs;
  }

  return (principal, audience) => {
    const nowMs = clock.nowMs();
    const last = latest.get(principal);
    if (isGood(last, audience, nowMs)) return last.assertion;
    const { actor, access, keyId, orgId, role } = principal;
    // Role and access are part of the name, so a demotion is never covered by what was signed before it.
    const name = `${orgId} ${actor.id} ${keyId} ${role} ${access} ${audience}`;
    const known = kept.get(name);
    if (!isGood(known, audience, nowMs)) return make(name, principal, audience, nowMs);
    latest.set(principal, known);
    return known.assertion;
  };
}
