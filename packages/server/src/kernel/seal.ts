import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { randomOctets } from './random.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const FIRST_BLOCK = new Uint8Array([1]);

/** A 256-bit key for one purpose, derived from a master secret, so that no two uses share a key (RFC 5869). */
export function deriveKey(master: Uint8Array | string, purpose: string): Uint8Array {
  // The two steps of hkdfSync for a key of one block, which costs several times as much.
  const extracted = createHmac('sha256', 'latchkey').update(master).digest();
  return createHmac('sha256', extracted).update(purpose).update(FIRST_BLOCK).digest();
}

/** AES-256-GCM. The result is base64url of iv, tag and ciphertext. `context` must be the same when opening. */
export function seal(key: Uint8Array, plain: string, context: string): string {
  const iv = randomOctets(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
}

/** Throws if the key or the context is another one, or if a bit was changed. */
export function unseal(key: Uint8Array, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString(
    'utf8',
  );
}
