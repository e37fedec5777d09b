import { expect, test } from 'vitest';
import { perMinute, policyWithin } from './policy-within.ts';

const CEILING = { limit: 600, windowSeconds: 60, burst: 100 };

test.each([
  ['none of its own', null, CEILING],
  ['nothing said', undefined, CEILING],
  ['less', 10, { limit: 10, windowSeconds: 60, burst: 10 }],
  ['less, but more at once than the operator allows', 300, { limit: 300, windowSeconds: 60, burst: 100 }],
  ['as much', 600, CEILING],
  ['more, from before the operator lowered it', 601, CEILING],
])('with %s the smaller limit holds', (_what, own, becomes) => {
  expect(policyWithin(CEILING, own)).toEqual(becomes);
});

test('a limit over another window is compared by what it allows in a minute', () => {
  const slow = { limit: 10, windowSeconds: 600 };
  expect(perMinute(slow)).toBe(1);
  expect(policyWithin(slow, 2)).toBe(slow);
  expect(policyWithin({ limit: 3, windowSeconds: 1 }, 120)).toEqual({
    limit: 120,
    windowSeconds: 60,
    burst: 3,
  });
});
