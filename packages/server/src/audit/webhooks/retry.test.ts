import { expect, test } from 'vitest';
import { RETRY_SECONDS, retryAfter } from './retry.ts';

test('after each attempt the next is later, up to a fifth more than planned, and after the eighth there is none', () => {
  for (const [index, seconds] of RETRY_SECONDS.entries()) {
    expect(retryAfter(index + 1, () => 0)).toBe(seconds);
    expect(retryAfter(index + 1, () => 1)).toBeCloseTo(seconds * 1.2);
  }
  expect(RETRY_SECONDS).toHaveLength(7);
  expect(retryAfter(8)).toBeUndefined();
});
