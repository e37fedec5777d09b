import { createPublicKey } from 'node:crypto';
import { z } from 'zod';

const KEYS_MAX = 10;
const KEY_ID_CHARACTERS_MAX = 200;
const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 8192;

/** What a client may sign with (RFC 7518 section 3.1): asymmetric algorithms alone. */
export const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] as const;

/** Text that the database can hold: no controls, no halves of surrogate pairs. */
export const storableText = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u);

// A private or symmetric key that somebody pasted by mistake is refused, not trimmed: it must be replaced.
const noSecretPart = z.undefined('is part of a private key: give the public key alone').optional();
const common = {
  kid: storableText.min(1).max(KEY_ID_CHARACTERS_MAX).optional(),
  use: z.literal('sig').optional(),
  alg: z.enum(ASSERTION_ALGORITHMS).optional(),
  d: noSecretPart,
  p: noSecretPart,
  q: noSecretPart,
  dp: noSecretPart,
  dq: noSecretPart,
  qi: noSecretPart,
  oth: noSecretPart,
  k: noSecretPart,
};
const base64url = z.string().regex(/^[A-Za-z0-9_-]{1,2048}$/);

const publicKeySchema = z
  .discriminatedUnion('kty', [
    z.object({
      kty: z.literal('EC'),
      crv: z.enum(['P-256', 'P-384']),
      x: base64url,
      y: base64url,
      ...common,
    }),
    z.object({ kty: z.literal('RSA'), n: base64url, e: base64url, ...common }),
    z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64url, ...common }),
  ])
  .refine(isStrongKey, 'is no valid public key, or too weak a one');

/** A set of public keys (RFC 7517 section 5), as somebody pasted it. Members that we do not know are dropped. */
export const publicKeySetSchema = z.object({ keys: z.array(publicKeySchema).min(1).max(KEYS_MAX) });
export type PublicKeySet = z.infer<typeof publicKeySetSchema>;

function isStrongKey(jwk: object): boolean {
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const bits = asymmetricKeyDetails?.modulusLength;
    return bits === undefined || (bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX);
  } catch {
    return false;
  }
}
