import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { randomText } from './random.ts';

/** 256 random bits in base64url: codes, refresh tokens, transactions, cookies. */
export function randomToken(): string {
  return randomText(32);
}

/** What we store of a credential that we check. Our credentials are 256 random bits, so a fast hash is enough. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

export function hmac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares in constant time for equal lengths; the lengths themselves are not secret. */
export function equalSecrets(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
