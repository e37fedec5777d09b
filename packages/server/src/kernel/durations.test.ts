import { expect, test } from 'vitest';
import { DURATION_BOUNDS_MS, percentileOf } from './durations.ts';

const countsOf = (places: Record<number, number>) =>
  Array.from({ length: DURATION_BOUNDS_MS.length + 1 }, (_, index) => places[index] ?? 0);

test('the bounds rise, or a call would be counted nowhere', () => {
  expect(DURATION_BOUNDS_MS.toSorted((a, b) => a - b)).toEqual(DURATION_BOUNDS_MS);
  expect(new Set(DURATION_BOUNDS_MS).size).toBe(DURATION_BOUNDS_MS.length);
});

test.each<[string, Record<number, number>, number, number | undefined]>([
  ['nothing', {}, 0.5, undefined],
  ['half of ten between 10 and 20 ms', { 2: 10 }, 0.5, 15],
  ['all of one below 5 ms', { 0: 1 }, 1, 5],
  ['95 of 100 where 6 are slow', { 2: 94, 12: 6 }, 0.95, 792],
  ['94 of 100 where 6 are slow', { 2: 94, 12: 6 }, 0.94, 20],
  ['what is beyond the last bound', { 23: 3 }, 0.5, 120_000],
])('the percentile of %s', (_what, places, share, expected) => {
  expect(percentileOf(countsOf(places), share)).toBe(expected);
});
