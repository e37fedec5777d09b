import fc from 'fast-check';
import { expect, test } from 'vitest';
import { millicreditsOf } from './millicredits.ts';

test.each([
  [16.1, 16_100],
  [4.03, 4_030],
  [8.05, 8_050],
  [2.007, 2_007],
  [0.001, 1],
  [999_999.999, 999_999_999],
  [1_000_000, 1_000_000_000],
  [0, 0],
])('%d credits are %d thousandths', (credits, millicredits) => {
  expect(millicreditsOf(credits)).toBe(millicredits);
});

test('whatever is written with three decimals costs exactly that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (millicredits) => {
      expect(millicreditsOf(millicredits / 1000)).toBe(millicredits);
    }),
    { numRuns: 10_000 },
  );
});

test.each([
  [0.0001, 1],
  [0.0005, 1],
  [1.0004, 1_001],
  [1.0005, 1_001],
  [1.0009, 1_001],
  [16.100_000_1, 16_101],
])('what is finer is rounded up: %d credits are %d thousandths', (credits, millicredits) => {
  expect(millicreditsOf(credits)).toBe(millicredits);
});
