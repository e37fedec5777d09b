// RFC 7523 section 3: a client proves itself with a statement that it signed.
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { newKeyPair } from '../kernel/key-pair.ts';
import type { Clock } from '../kernel/clock.ts';
import { hashSecret } from '../kernel/secret.ts';
import type { Client } from '../store/queries/clients.ts';
import { ASSERTION_ALGORITHMS } from './client-keys.ts';
import { CLOCK_LEEWAY_SECONDS } from './lifetimes.ts';
import type { PublishedKeys } from './published-keys.ts';

const LIFETIME_SECONDS_MAX = 300;
const ASSERTION_CHARACTERS_MAX = 8192;
const ID_CHARACTERS_MAX = 256;
const KEY_SETS_MAX = 1_000;

/** Whom an unverified assertion claims to come from: only good for looking up the keys that it must verify with. */
export function claimedClientId(assertion: string): string | undefined {
  if (assertion.length > ASSERTION_CHARACTERS_MAX) return undefined;
  try {
    // Nobody has checked what it is yet.
    const { sub }: { sub?: unknown } = decodeJwt(assertion);
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** Which key it says that it was signed with. */
function claimedKeyId(assertion: string): string | undefined {
  try {
    return decodeProtectedHeader(assertion).kid;
  } catch {
    return undefined;
  }
}

export function createClientAssertions({
  claimOnce,
  publishedKeys,
  clock,
  issuer,
}: {
  /** True for exactly one caller per id, on whichever node. */
  claimOnce: (id: string, expiresAtSeconds: number) => Promise<boolean>;
  /** For a client whose keys are at an address that its admin named. */
  publishedKeys: PublishedKeys;
  clock: Clock;
  /** Our own: who the assertion must be meant for. The token endpoint will do as well. */
  issuer: string;
}) {
  const audiences: readonly unknown[] = [issuer, `${issuer}/token`];
  // Checked for a client that has no keys, so that it takes the same work as one that has.
  const nobodysKeys = {
    keys: [newKeyPair('P-256').publicKey.export({ format: 'jwk' })],
  };

  // By their content, so a key that was replaced is not found: reading one costs more than verifying with it.
  const keySets = new LRUCache<string, ReturnType<typeof createLocalJWKSet>>({ max: KEY_SETS_MAX });

  function keySetOf(keys: NonNullable<Client['jwks']>): ReturnType<typeof createLocalJWKSet> {
    const content = JSON.stringify(keys);
    const keySet = keySets.get(content) ?? createLocalJWKSet(keys);
    keySets.set(content, keySet);
    return keySet;
  }

  /** Those of a metadata document are stored with the client, so that nobody has a document read by asking here. */
  async function keysOf({ jwks, jwksUri, kind }: Client, assertion: string): Promise<Client['jwks']> {
    if (jwks !== null || jwksUri === null || kind !== 'portal') return jwks;
    return (await publishedKeys(jwksUri, claimedKeyId(assertion))) ?? null;
  }

  async function readGenuine(assertion: string, keys: Client['jwks']): Promise<JWTPayload | undefined> {
    try {
      // The key is looked up in the registered set alone: what the header brings or points at is not looked at.
      const { payload } = await jwtVerify(assertion, keySetOf(keys ?? nobodysKeys), {
        algorithms: [...ASSERTION_ALGORITHMS],
        clockTolerance: CLOCK_LEEWAY_SECONDS,
        currentDate: new Date(clock.nowMs()),
        requiredClaims: ['iss', 'sub', 'aud', 'exp', 'jti'],
      });
      return payload;
    } catch {
      return undefined;
    }
  }

  /** Whether it is this client's own assertion, for us, young, and shown for the first time. */
  return async function isGenuine(assertion: string, client: Client | undefined): Promise<boolean> {
    if (assertion.length > ASSERTION_CHARACTERS_MAX) return false;
    const payload = await readGenuine(
      assertion,
      client === undefined ? null : await keysOf(client, assertion),
    );
    if (payload === undefined || client === undefined) return false;
    const { iss, sub, aud, exp, jti } = payload;
    if (iss !== client.id || sub !== client.id) return false;
    // A list could name another server as well, which could then use the assertion here.
    if (!audiences.includes(aud)) return false;
    const nowSeconds = clock.nowMs() / 1000;
    if (exp === undefined || exp > nowSeconds + LIFETIME_SECONDS_MAX + CLOCK_LEEWAY_SECONDS) return false;
    if (typeof jti !== 'string' || jti === '' || jti.length > ID_CHARACTERS_MAX) return false;
    return claimOnce(hashSecret(JSON.stringify([client.id, jti])), Math.ceil(exp) + CLOCK_LEEWAY_SECONDS);
  };
}

export type IsGenuineAssertion = ReturnType<typeof createClientAssertions>;
