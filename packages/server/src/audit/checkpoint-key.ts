import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { newKeyPair } from '../kernel/key-pair.ts';
import { seal, unseal } from '../kernel/seal.ts';
import { WrongMasterSecretError } from '../kernel/wrong-master-secret.ts';
import type { StoredCheckpointKey } from '../store/queries/audit-checkpoints.ts';

/** What `deriveKey` makes the key for that these are sealed under. */
export const CHECKPOINT_PURPOSE = 'audit checkpoints';

export interface CheckpointKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The public half, as it stands in the header of what it signed. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

/** A fresh Ed25519 key, named by its thumbprint, its private half sealed. */
export function newCheckpointKey(sealKey: Uint8Array): StoredCheckpointKey {
  const { privateKey, publicKey } = newKeyPair('Ed25519');
  const kid = thumbprintOf(publicJwkOf(publicKey));
  const jwk = JSON.stringify(privateKey.export({ format: 'jwk' }));
  return { kid, sealedPrivateJwk: seal(sealKey, jwk, contextOfCheckpointKey(kid)) };
}

/** Throws `WrongMasterSecretError` where it was sealed under another secret: a key that somebody else put in, too. */
export function openCheckpointKey(
  sealKey: Uint8Array,
  { kid, sealedPrivateJwk }: StoredCheckpointKey,
): CheckpointKey {
  let jwk: string;
  try {
    jwk = unseal(sealKey, sealedPrivateJwk, contextOfCheckpointKey(kid));
  } catch (error) {
    throw new WrongMasterSecretError(error);
  }
  const privateKey = createPrivateKey({ key: JSON.parse(jwk), format: 'jwk' });
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}

export function publicJwkOf(publicKey: KeyObject): PublicJwk {
  const { x } = publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('not an Ed25519 key');
  return { kty: 'OKP', crv: 'Ed25519', x };
}

/** RFC 7638 section 3, with the members of RFC 8037 section 2. */
function thumbprintOf({ crv, kty, x }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

/** What a private key is sealed for. */
export function contextOfCheckpointKey(kid: string): string {
  return `audit-checkpoint-key ${kid}`;
}
