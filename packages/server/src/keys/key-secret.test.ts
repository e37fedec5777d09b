import { expect, test } from 'vitest';
import { isWellFormedKey, newKeySecret } from './key-secret.ts';

test('a new key is well-formed and its hint shows four characters of it', () => {
  const { secret, hint } = newKeySecret('live');
  expect(secret).toMatch(/^lk_live_[0-9A-Za-z]{49}$/);
  expect(isWellFormedKey(secret)).toBe(true);
  expect(secret.startsWith(hint.slice(0, -1))).toBe(true);
  expect(hint).toHaveLength('lk_live_'.length + 5);
});

test('one changed character breaks the checksum', () => {
  const { secret } = newKeySecret('test');
  const position = 20;
  const other = secret[position] === 'a' ? 'b' : 'a';
  expect(isWellFormedKey(secret.slice(0, position) + other + secret.slice(position + 1))).toBe(false);
});

test.each(['', 'lk_live_', 'sk_live_abc', 'lk_prod_' + 'a'.repeat(49), 'lk_live_' + '\n'.repeat(49)])(
  'refuses %j without asking the database',
  (noise) => {
    expect(isWellFormedKey(noise)).toBe(false);
  },
);
