/** A value at a time. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

const HOUR_MS = 3_600_000;

/**
 * How much it grows in an hour, by the median of the slopes between all pairs (Theil and Sen): one sample that is far
 * out does not move it, as it would a line of least squares.
 */
export function growthPerHour(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, from] of points.entries())
    for (const to of points.slice(index + 1)) slopes.push((to.value - from.value) / (to.atMs - from.atMs));
  slopes.sort((a, b) => a - b);
  return (slopes[Math.floor(slopes.length / 2)] ?? 0) * HOUR_MS;
}

/** `noise`: so much more at the end is what samples scatter by, however short the time is that it is projected from. */
export function isFlat(
  points: readonly Point[],
  { perHour, noise }: { perHour: number; noise: number },
): boolean {
  const growth = growthPerHour(points);
  const overMs = (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0);
  const mean = points.reduce((sum, { value }) => sum + value, 0) / Math.max(1, points.length);
  return growth <= mean * perHour || (growth * overMs) / HOUR_MS <= noise;
}
