import { hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { deriveKey, seal, unseal } from './seal.ts';

test.each<[string, Uint8Array | string, string]>([
  ['a text', 'a master secret', 'codes'],
  ['no bytes', '', 'codes'],
  ['bytes', new Uint8Array([0, 255, 128, 7]), 'refresh replay'],
  ['more than a block', 'x'.repeat(200), ''],
])('a derived key is HKDF-SHA-256 of the master (RFC 5869): %s', (_, master, purpose) => {
  const reference = new Uint8Array(hkdfSync('sha256', master, 'latchkey', purpose, 32));
  expect(new Uint8Array(deriveKey(master, purpose))).toEqual(reference);
});

test('what was sealed opens with its key and context alone', () => {
  const key = deriveKey('a master secret', 'one purpose');
  const sealed = seal(key, 'the answer', 'context');
  expect(unseal(key, sealed, 'context')).toBe('the answer');
  expect(() => unseal(deriveKey('a master secret', 'another purpose'), sealed, 'context')).toThrow(
    'unable to authenticate data',
  );
  expect(() => unseal(key, sealed, 'another context')).toThrow('unable to authenticate data');
  const bytes = Buffer.from(sealed, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(() => unseal(key, bytes.toString('base64url'), 'context')).toThrow('unable to authenticate data');
});
