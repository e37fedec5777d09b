import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';

import { ROLES } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import type { Caller } from './caller.ts';

const LIFETIME_SECONDS_MAX = 60;
const CLOCK_TOLERANCE_SECONDS = 5;

const claimsSchema = z.object({
  // One audience as a string: an assertion that several services accept could be replayed between them.
  aud: z.string(),
  sub: z.string().min(1).max(200),
  org: z.string().min(1).max(100),
  org_id: z.string().min(1).max(100),
  role: z.enum(ROLES),
  access: z.enum(['read', 'full']),
  iat: z.number(),
  exp: z.number(),
});

type AssertionFault =
  | { readonly reason: 'refused'; readonly evidence: string }
  | { readonly reason: 'keys_unavailable'; readonly cause: unknown };

export type VerifyAssertion = (token: string) => Promise<Result<Caller, AssertionFault>>;

/** Checks what Latchkey's gateway says about a caller. Algorithm, type, issuer and audience are fixed. */
export function createVerifyAssertion(options: {
  issuer: string;
  audience: string;
  jwksUrl: string;
  clock: Clock;
}): VerifyAssertion {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: 3_000 });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['ES256'],
        typ: 'latchkey-assertion+jwt',
        issuer: options.issuer,
        audience: options.audience,
        maxTokenAge: LIFETIME_SECONDS_MAX,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(options.clock.nowMs()),
      });
      const claims = claimsSchema.safeParse(payload);
      if (!claims.success) return fail({ reason: 'refused', evidence: z.prettifyError(claims.error) });
      const { sub, org, org_id, role, access, iat, exp } = claims.data;
      if (exp - iat > LIFETIME_SECONDS_MAX) return fail({ reason: 'refused', evidence: 'lives too long' });
      return ok({ orgId: org_id, orgSlug: org, subject: sub, role, access });
    } catch (thrown) {
      // A key set that cannot be read is our trouble, not the caller's: 401 would send them to sign in again.
      return isTokenFault(thrown)
        ? fail({ reason: 'refused', evidence: thrown.message })
        : fail({ reason: 'keys_unavailable', cause: thrown });
    }
  };
}

const KEY_SET_FAULTS = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];

function isTokenFault(thrown: unknown): thrown is errors.JOSEError {
  return thrown instanceof errors.JOSEError && !KEY_SET_FAULTS.includes(thrown.code);
}
