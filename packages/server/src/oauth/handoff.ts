import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { deriveKey } from '../kernel/seal.ts';
import { randomToken } from '../kernel/secret.ts';

const LIFETIME_SECONDS = 60;
const TYP = 'latchkey-handoff+jwt';

const claimsSchema = z.object({ jti: z.string(), exp: z.number(), txn: z.string() });

export interface Handoff {
  /** A ticket that lets the browser carry a transaction to the other host, once, within a minute. */
  issue(transactionId: string): Promise<string>;
  /** The transaction, for the first caller alone. Undefined: forged, expired, for another host, or used before. */
  claim(ticket: string): Promise<string | undefined>;
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
      const claims = await verifyTicket(ticket);
      if (claims === undefined) return undefined;
      return (await claimOnce(claims.jti, claims.exp)) ? claims.txn : undefined;
    },
  };

  async function verifyTicket(ticket: string): Promise<z.infer<typeof claimsSchema> | undefined> {
    try {
      const { payload } = await jwtVerify(ticket, key, { algorithms: ['HS256'], typ: TYP, issuer, audience });
      return claimsSchema.parse(payload);
    } catch {
      return undefined;
    }
  }
}
