import type { TokenMode } from '../../store/schema.ts';
import type { TokenFault } from '../token-answer.ts';
import type { ProvenKey } from './dpop.ts';

export const PROOF_REPLAYED: TokenFault = {
  error: 'invalid_dpop_proof',
  detail: 'the proof was used before',
};

/**
 * The key that a refresh family answers to: a public client's, because it has nothing else to show (RFC 9449 section
 * 5). A confidential client proves itself and may change its key. In key mode credentials are bearer ones throughout.
 */
export function familyKeyOf(
  client: { authMethod: string },
  tokenMode: TokenMode,
  provenKey: ProvenKey | undefined,
): string | null {
  if (provenKey === undefined || tokenMode === 'key' || client.authMethod !== 'none') return null;
  return provenKey.thumbprint;
}
