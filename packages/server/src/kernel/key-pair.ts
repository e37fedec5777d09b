import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type ED25519KeyPairOptions,
  type KeyObject,
} from 'node:crypto';

export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/**
 * A fresh key pair whose halves may be exported as JWK.
 *
 * What `generateKeyPairSync` hands out as a `KeyObject` shares a lock with the job that made it. Where the collector
 * frees that job while the key is being exported as JWK, Node 20 waits for itself for ever. A key that was read again
 * from its encoding has a lock of its own.
 */
export function newKeyPair(kind: 'P-256' | 'P-384' | 'Ed25519' | 'RSA', modulusLength = 2048): KeyPair {
  const privateKey = createPrivateKey({ key: encodedKey(kind, modulusLength), type: 'pkcs8', format: 'der' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function encodedKey(kind: Parameters<typeof newKeyPair>[0], modulusLength: number): Buffer {
  const encodings: Encodings = {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  };
  if (kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength, ...encodings }).privateKey;
  if (kind === 'Ed25519') return generateKeyPairSync('ed25519', encodings).privateKey;
  return generateKeyPairSync('ec', { namedCurve: kind, ...encodings }).privateKey;
}

type Encodings = ED25519KeyPairOptions<'der', 'der'>;
