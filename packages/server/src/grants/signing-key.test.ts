import { expect, test } from 'vitest';
import { deriveKey } from '../kernel/seal.ts';
import { newSigningKey } from './signing-key.ts';

test('a key id can be an argument of a command: it never begins like an option', () => {
  const sealKey = deriveKey('master', 'signing keys');
  for (let made = 0; made < 300; made += 1) expect(newSigningKey(sealKey).kid).toMatch(/^[a-z]/);
});
