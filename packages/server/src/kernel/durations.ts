/** In milliseconds. Calls are counted between two of these, below the first, and from the last on. */
export const DURATION_BOUNDS_MS: readonly number[] = [
  5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 7500, 10_000, 20_000,
  30_000, 60_000, 120_000,
];

/**
 * How long the fastest `share` (0 to 1) took at most, in whole milliseconds: as exact as the bounds are close, evenly
 * spread between two of them. Undefined: nothing was timed.
 */
export function percentileOf(counts: readonly number[], share: number): number | undefined {
  const timed = counts.reduce((sum, count) => sum + count, 0);
  if (timed === 0) return undefined;
  const wanted = share * timed;
  let passed = 0;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && passed + count >= wanted) {
      const low = DURATION_BOUNDS_MS[index - 1] ?? 0;
      const high = DURATION_BOUNDS_MS[index] ?? low;
      return Math.round(low + ((high - low) * (wanted - passed)) / count);
    }
    passed += count;
  }
  return DURATION_BOUNDS_MS.at(-1);
}
