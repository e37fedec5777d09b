// RFC 7523 section 3 and draft-ietf-oauth-identity-assertion-authz-grant-04, sections 3.1 and 4.4.1: what an identity
// provider's assertion (an ID-JAG) says, and whether it is one for us, for this client, and young.
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { ASSERTION_ALGORITHMS } from '../client-keys.ts';
import { CLOCK_LEEWAY_SECONDS } from '../lifetimes.ts';

export const IDENTITY_ASSERTION_TYPE = 'oauth-id-jag+jwt';
const LIFETIME_SECONDS_MAX = 300;
const ASSERTION_CHARACTERS_MAX = 8192;

/** A value that may also stand alone in a list: a list of one names nobody else. */
const single = z.union([z.string(), z.tuple([z.string()]).transform(([only]) => only)]);

const claimsSchema = z.object({
  iss: z
    .string()
    .max(2048)
    .regex(/^[\x21-\x7e]+$/),
  /** OpenID Connect Core section 2: ASCII, at most 255 characters. */
  sub: z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/),
  aud: single,
  client_id: z.string(),
  exp: z.number(),
  iat: z.number(),
  jti: z.string().min(1).max(256),
  scope: z.string().optional(),
  resource: single.optional(),
  /** Which organisation of ours is meant, where the provider knows. */
  aud_tenant: z.string().optional(),
  /** A key that whoever presents it must hold (RFC 9449 section 6.1). Other ways to confirm are not known here. */
  cnf: z.strictObject({ jkt: z.string() }).optional(),
  // Of an issuer with many tenants we would not know who `sub` is; of details that we do not read, what was limited.
  tenant: z.undefined().optional(),
  authorization_details: z.undefined().optional(),
});
export type AssertedIdentity = z.infer<typeof claimsSchema>;

/** What it claims, before any signature was checked: only good for finding the keys that it must verify with. */
export function readAssertion(
  assertion: string,
  expected: { issuer: string; clientId: string; nowSeconds: number },
): Result<{ claims: AssertedIdentity; keyId: string | undefined }, string> {
  if (assertion.length > ASSERTION_CHARACTERS_MAX) return fail('too long');
  const parts = decode(assertion);
  if (parts === undefined) return fail('not a signed token');
  if (parts.header.typ !== IDENTITY_ASSERTION_TYPE) return fail('of another type');
  const parsed = claimsSchema.safeParse(parts.payload);
  if (!parsed.success) {
    return fail(`unfit: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`);
  }
  const claims = parsed.data;
  if (claims.aud !== expected.issuer) return fail('for another server');
  if (claims.client_id !== expected.clientId) return fail('for another client');
  if (!isYoung(claims, expected.nowSeconds)) return fail('expired, too long-lived or not of this time');
  return ok({ claims, keyId: parts.header.kid });
}

interface StoredKeySet {
  keys: Record<string, unknown>[];
}

/** Whether one of these keys signed it. */
export async function isSignedBy(keys: StoredKeySet, assertion: string, now: Date): Promise<boolean> {
  try {
    // The key is looked up in the given set alone: what the header brings or points at is not looked at.
    await jwtVerify(assertion, createLocalJWKSet(keys), {
      algorithms: [...ASSERTION_ALGORITHMS],
      typ: IDENTITY_ASSERTION_TYPE,
      clockTolerance: CLOCK_LEEWAY_SECONDS,
      currentDate: now,
    });
    return true;
  } catch {
    return false;
  }
}

function isYoung({ iat, exp }: AssertedIdentity, nowSeconds: number): boolean {
  const leeway = CLOCK_LEEWAY_SECONDS;
  if (exp <= nowSeconds - leeway || exp > nowSeconds + LIFETIME_SECONDS_MAX + leeway) return false;
  return iat <= nowSeconds + leeway && iat <= exp && iat >= nowSeconds - LIFETIME_SECONDS_MAX - leeway;
}

function decode(assertion: string) {
  try {
    return { header: decodeProtectedHeader(assertion), payload: decodeJwt(assertion) };
  } catch {
    return undefined;
  }
}
