import { expect, test } from 'vitest';
import { relativeTime } from './relative-time.ts';

const HOUR = 3_600_000;

test.each<[number, string]>([
  [0, 'just now'],
  [-30_000, 'just now'],
  [-90_000, '1 minute ago'],
  [-3 * HOUR, '3 hours ago'],
  [-24 * HOUR, 'yesterday'],
  [30 * 24 * HOUR, 'in 30 days'],
  [90 * 24 * HOUR - 1, 'in 90 days'],
  [365 * 24 * HOUR, 'in 12 months'],
  [-3 * 365.25 * 24 * HOUR, '3 years ago'],
])('%i ms from now is "%s"', (distanceMs, text) => {
  expect(relativeTime(1e12 + distanceMs, 1e12)).toBe(text);
});
