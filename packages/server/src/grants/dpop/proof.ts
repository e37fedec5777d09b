// RFC 9449 sections 4.2 and 4.3: what a proof is by itself, before anything is compared with the request.
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { z } from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';

const DPOP_TYPE = 'dpop+jwt';
/** Asymmetric ones alone (section 11.6). A proof names its own, so the list is fixed and its key must fit. */
export const DPOP_ALGORITHMS = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const;

/** Room for an RSA key of 4096 bits and its signature. */
const PROOF_CHARACTERS_MAX = 4096;
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const base64url = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .regex(/^[A-Za-z0-9_-]+$/);
const rsaKey = z.object({ kty: z.literal('RSA'), n: base64url(683), e: base64url(6) });
const keySchemas = {
  ES256: z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: base64url(43), y: base64url(43) }),
  EdDSA: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64url(43) }),
  RS256: rsaKey,
  PS256: rsaKey,
} as const;
/** A proof that carries one of these gives away what it should prove. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const headerSchema = z.object({
  typ: z.literal(DPOP_TYPE),
  alg: z.enum(DPOP_ALGORITHMS),
  jwk: z.record(z.string(), z.unknown()),
});
const claimsSchema = z.object({
  jti: z.string().min(1).max(256),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string().optional(),
  nonce: z.string().optional(),
});
export type DpopClaims = z.infer<typeof claimsSchema>;

export interface DpopProof {
  claims: DpopClaims;
  /** SHA-256 thumbprint of the key that signed it (RFC 7638). */
  thumbprint: string;
}

/** The claims and the key of a proof whose signature holds; else what is wrong with it, for the log. */
export async function readProof(compact: string): Promise<Result<DpopProof, string>> {
  // Two headers of that name arrive as one with a comma, and are no proof.
  if (compact.length > PROOF_CHARACTERS_MAX || !COMPACT.test(compact)) return fail('not one compact JWS');
  try {
    const header = headerSchema.safeParse(decodeProtectedHeader(compact));
    if (!header.success) return fail('not the header of a proof');
    const { alg, jwk } = header.data;
    if (PRIVATE_MEMBERS.some((member) => member in jwk)) return fail('a key that is not public');
    const key = keySchemas[alg].safeParse(jwk);
    if (!key.success) return fail('a key that does not fit the algorithm');
    const { payload } = await compactVerify(compact, await importJWK(key.data, alg), { algorithms: [alg] });
    const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(payload).toString('utf8')));
    if (!claims.success) return fail('a claim is missing or malformed');
    return ok({ claims: claims.data, thumbprint: await calculateJwkThumbprint(key.data, 'sha256') });
  } catch {
    return fail('the signature or the key does not hold');
  }
}
