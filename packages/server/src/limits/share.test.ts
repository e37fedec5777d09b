import { expect, test } from 'vitest';
import { shareOf } from './share.ts';

test('the shares of all nodes add up to the limit, in pace and in what is taken at once', () => {
  const policy = { limit: 600, windowSeconds: 60 };
  const share = shareOf(policy, 3);
  expect((3 * share.limit) / share.windowSeconds).toBe(policy.limit / policy.windowSeconds);
  expect(share.burst).toBe(200);
});

test('a share of a limit below the number of nodes still lets one through, and not more often than is right', () => {
  expect(shareOf({ limit: 2, windowSeconds: 60 }, 5)).toEqual({ limit: 2, windowSeconds: 300, burst: 1 });
});

test('a node that knows no other has all of it', () => {
  const policy = { limit: 5, windowSeconds: 1 };
  expect(shareOf(policy, 1)).toBe(policy);
});
