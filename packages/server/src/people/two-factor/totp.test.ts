import { describe, expect, test } from 'vitest';
import { matchingStep, newTotpSecret, stepAt, totpCode, totpUri } from './totp.ts';

// RFC 6238 appendix B, the rows for SHA-1.
const RFC_SECRET = Buffer.from('12345678901234567890');
const RFC_SECRET_BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a code of an authenticator app', () => {
  test.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('at %i seconds is the one of RFC 6238', (seconds, code) => {
    expect(totpCode(RFC_SECRET, stepAt(seconds * 1000), 8)).toBe(code);
  });

  test('is good a step before and after its time, and no further', () => {
    const code = totpCode(RFC_SECRET, 1000);
    const matchedAt = [998, 999, 1000, 1001, 1002].map((step) =>
      matchingStep(RFC_SECRET_BASE32, code, step * 30_000),
    );
    expect(matchedAt).toEqual([undefined, 1000, 1000, 1000, undefined]);
  });

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６', '000000\0'])('is never %j', (code) => {
    expect(matchingStep(RFC_SECRET_BASE32, code, 59_000)).toBeUndefined();
  });
});

test('a secret is 160 random bits, and the address for the app names the account', () => {
  const secret = newTotpSecret();
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(secret);
  expect(totpUri(secret, 'a&b@acme.test', 'Latchkey')).toBe(
    `otpauth://totp/Latchkey:a%26b%40acme.test?secret=${secret}&issuer=Latchkey`,
  );
});
