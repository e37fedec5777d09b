import { expect, test } from 'vitest';
import { rateLimitOf, retryAfterSeconds } from './header.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['120', 120],
  ['0.5', 1],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('Retry-After %j is %s seconds', (value, expected) => {
  expect(retryAfterSeconds({ 'retry-after': value }, now)).toBe(expected);
});

test.each<[object, object | undefined]>([
  [
    {
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': String(now / 1_000 + 30),
    },
    { limit: 60, remaining: 1, reset_seconds: 30 },
  ],
  [{ 'x-ratelimit-reset': String(now + 5_000) }, { reset_seconds: 5 }],
  [
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '50', 'ratelimit-reset': '7' },
    { limit: 100, remaining: 50, reset_seconds: 7 },
  ],
  [
    { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
    { limit: 100, remaining: 50, reset_seconds: 30 },
  ],
  [{ ratelimit: 'limit=100, remaining=50, reset=50' }, { limit: 100, remaining: 50, reset_seconds: 50 }],
  [{ 'x-ratelimit-limit': 'many' }, undefined],
  [{}, undefined],
])('%j says %j', (headers, expected) => {
  expect(rateLimitOf({ ...headers }, now)).toEqual(expected);
});
