import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { deriveKey } from '../kernel/seal.ts';
import { randomToken } from '../kernel/secret.ts';

const LIFETIME_SECONDS = 60;
const TYP = 'latchkey-handoff+jwt';

const claimsSchema = z.object({ jti: z.string(), exp: z.number(), txn: z.string() });

/**
 * Why a ticket is refused. `forged`: no key of ours made it, as when the two hosts' secrets differ; `misdirected`: made
 * between hosts of other names; `expired`; `used`: it was claimed before.
 */
export type HandoffFault = 'forged' | 'misdirected' | 'expired' | 'used';

export interface Handoff {
  /** A ticket that lets the browser carry a transaction to the other host, once, within a minute. */
  issue(transactionId: string): Promise<string>;
  /** The transaction, for the first caller alone. */
  claim(ticket: string): Promise<Result<string, HandoffFault>>;
}

/**
 * One direction of the way between gateway and web host: an HS256 JWS under a key of its own, so that a ticket cannot be
 * reflected. It carries no user, access or decision: those are in the transaction's row.
 */
export function createHandoff({
  secret,
  direction,
  issuer,
  audience,
  claimOnce,
}: {
  /** OAUTH_HANDOFF_SECRET, or the master secret where both hosts are one process. */
  secret: string | Uint8Array;
  direction: 'to-web' | 'to-gateway';
  issuer: string;
  audience: string;
  /** True for exactly one caller per id, across nodes. */
  claimOnce: (jti: string, expiresAtSeconds: number) => Promise<boolean>;
}): Handoff {
  const key = deriveKey(secret, `handoff ${direction}`);
  return {
    issue: (transactionId) =>
      new SignJWT({ txn: transactionId })
        .setProtectedHeader({ alg: 'HS256', typ: TYP })
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(randomToken())
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME_SECONDS}s`)
        .sign(key),

    async claim(ticket) {
      const verified = await verifyTicket(ticket);
      if (!verified.ok) return verified;
      const { jti, exp, txn } = verified.value;
      return (await claimOnce(jti, exp)) ? ok(txn) : fail('used');
    },
  };

  async function verifyTicket(ticket: string): Promise<Result<z.infer<typeof claimsSchema>, HandoffFault>> {
    try {
      const { payload } = await jwtVerify(ticket, key, { algorithms: ['HS256'], typ: TYP, issuer, audience });
      return ok(claimsSchema.parse(payload));
    } catch (error) {
      return fail(faultOf(error));
    }
  }
}

/** The signature is checked first, so that what is said about the claims is said about a ticket of ours. */
function faultOf(error: unknown): HandoffFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  const names = error instanceof errors.JWTClaimValidationFailed ? error.claim : '';
  return names === 'iss' || names === 'aud' ? 'misdirected' : 'forged';
}
