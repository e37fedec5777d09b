// RFC 9449 section 5: a proof at the token endpoint asks for tokens that are bound to its key.
import type { Context } from 'hono';
import type { Dpop, ProvenKey } from '../../grants/dpop/dpop.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { OAuthEnv } from '../env.ts';
import { refuse, type TokenError } from '../token/token-error.ts';

/** The key of the `DPoP` header; undefined: there is no such header, and the tokens will be bearer tokens. */
export async function readKeyProof(
  context: Context<OAuthEnv>,
  dpop: Dpop,
  tokenEndpoint: string,
): Promise<Result<ProvenKey | undefined, TokenError>> {
  const proof = context.req.header('DPoP');
  if (proof === undefined) return ok(undefined);
  // On each answer, so that the next proof is good at once (section 8.2).
  context.header('DPoP-Nonce', dpop.nonce());
  const checked = await dpop.check({ proof, method: 'POST', url: tokenEndpoint });
  if (checked.ok) return checked;
  return checked.error.error === 'use_dpop_nonce'
    ? refuse('use_dpop_nonce', 'the proof must hold the nonce of the DPoP-Nonce header')
    : refuse('invalid_dpop_proof', 'the DPoP proof is not one for this request');
}
