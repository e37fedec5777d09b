/** The middle, and what lies at both ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** Of what each round says alone: rounds differ in what else the machine did, and its two sides do not. */
export function ratios(
  these: readonly number[],
  those: readonly number[],
  of: (one: number, other: number) => number = (one, other) => one / other,
): Spread {
  return spreadOf(these.map((one, round) => of(one, those[round] ?? Number.NaN)));
}
