import { expect, test } from 'vitest';
import { growthPerHour, isFlat } from './slope.ts';

const MINUTE_MS = 60_000;
const MB = 2 ** 20;
const RULE = { perHour: 0.1, noise: 4 * MB };

/** A value each minute: what it begins at, what it grows by in a minute, and what it scatters by. */
const series = (minutes: number, start: number, perMinute: number, scatter: (index: number) => number) =>
  Array.from({ length: minutes }, (_, index) => ({
    atMs: index * MINUTE_MS,
    value: start + index * perMinute + scatter(index),
  }));
const saw = (index: number) => (index % 3) * MB;

test('a heap that goes up and down is flat, with one sample far out too', () => {
  const points = series(20, 100 * MB, 0, saw);
  expect(isFlat(points, RULE)).toBe(true);
  points[11] = { atMs: 11 * MINUTE_MS, value: 300 * MB };
  expect(isFlat(points, RULE)).toBe(true);
  expect(Math.abs(growthPerHour(points))).toBeLessThan(5 * MB);
});

test('one that loses a megabyte in a minute is not', () => {
  const points = series(20, 100 * MB, MB, saw);
  expect(growthPerHour(points)).toBeGreaterThan(50 * MB);
  expect(isFlat(points, RULE)).toBe(false);
});

test('in two minutes a leak of a hundred bytes a call at a thousand calls a second is seen', () => {
  const points = Array.from({ length: 9 }, (_, index) => ({
    atMs: index * 10_000,
    value: 90 * MB + index * 10 * 1000 * 100 + saw(index) / 4,
  }));
  expect(isFlat(points, RULE)).toBe(false);
});
