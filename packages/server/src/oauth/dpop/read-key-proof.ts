// RFC 9449 section 5: a proof at the token endpoint asks for tokens that are bound to its key.
import type { Dpop, ProvenKey } from '../../grants/dpop/dpop.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { refuse, type TokenError } from '../token/token-error.ts';

/** The key of the `DPoP` header; undefined: there is no such header, and the tokens will be bearer tokens. */
export async function readKeyProof(
  proof: string | undefined,
  dpop: Dpop,
  tokenEndpoint: string,
): Promise<Result<ProvenKey | undefined, TokenError>> {
  if (proof === undefined) return ok(undefined);
  const checked = await dpop.check({ proof, method: 'POST', url: tokenEndpoint });
  if (checked.ok) return checked;
  return checked.error.error === 'use_dpop_nonce'
    ? refuse('use_dpop_nonce', 'the proof must hold the nonce of the DPoP-Nonce header')
    : refuse('invalid_dpop_proof', 'the DPoP proof is not one for this request');
}
