import { createPrivateKey, type KeyObject } from 'node:crypto';
import { newKeyPair } from '../kernel/key-pair.ts';
import { randomToken } from '../kernel/secret.ts';
import { seal, unseal } from '../kernel/seal.ts';
import { WrongMasterSecretError } from '../kernel/wrong-master-secret.ts';
import type { NewSigningKey } from '../store/queries/signing-keys.ts';

/** A fresh P-256 key pair for ES256, its private half sealed. */
export function newSigningKey(sealKey: Uint8Array): NewSigningKey {
  const { privateKey, publicKey } = newKeyPair('P-256');
  const kid = `sig_${randomToken().slice(0, 16)}`;
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  if (kty === undefined || crv === undefined || x === undefined || y === undefined)
    throw new Error('not an EC key');
  return {
    kid,
    publicJwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' },
    sealedPrivateJwk: seal(
      sealKey,
      JSON.stringify(privateKey.export({ format: 'jwk' })),
      contextOfSigningKey(kid),
    ),
  };
}

/** Throws `WrongMasterSecretError` where the key was sealed under another secret. */
export function openSigningKey(
  sealKey: Uint8Array,
  { kid, sealedPrivateJwk }: Pick<NewSigningKey, 'kid' | 'sealedPrivateJwk'>,
): KeyObject {
  let opened: string;
  try {
    opened = unseal(sealKey, sealedPrivateJwk, contextOfSigningKey(kid));
  } catch (error) {
    throw new WrongMasterSecretError(error);
  }
  return createPrivateKey({ key: JSON.parse(opened), format: 'jwk' });
}

/** What a private key is sealed for. */
export function contextOfSigningKey(kid: string): string {
  return `signing-key ${kid}`;
}
