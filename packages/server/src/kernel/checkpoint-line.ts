import { readPart } from './jws-part.ts';

/** The line of the log, and its field, that a checkpoint of the audit log leaves the house in. */
export const CHECKPOINT_MESSAGE = 'audit checkpoint';
export const CHECKPOINT_FIELD = 'checkpoint';
export const CHECKPOINT_TYPE = 'latchkey-audit-checkpoint+jws';

const HEADER_NAMES = ['alg', 'jwk', 'kid', 'typ'];
const KEY_NAMES = ['crv', 'kty', 'x'];
const CLAIM_NAMES = ['chain', 'hash', 'iat', 'iss', 'seq'];

/**
 * Looks like a token, and is none that opens anything: it is of the type of checkpoints, and says what they say and not a
 * word more. Whether it is signed by us is not asked: what somebody made up tells nothing of ours.
 */
export function looksLikeCheckpoint(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return false;
  const [header, said] = value.split('.').map(readPart);
  return (
    header?.['typ'] === CHECKPOINT_TYPE &&
    header['alg'] === 'EdDSA' &&
    hasOnly(header, HEADER_NAMES) &&
    hasOnly(header['jwk'], KEY_NAMES) &&
    hasOnly(said, CLAIM_NAMES)
  );
}

function hasOnly(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).toSorted().join() === names.join();
}
