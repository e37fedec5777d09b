import type { OpenLoopResult } from './open-loop.ts';
import type { Sample } from './measure.ts';

export const NGINX = 'nginx';

/** What was measured, round by round. */
export interface Figures {
  /** By row; the rounds of all rows are the same. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  /** By rate, then by row. */
  readonly latencies: ReadonlyMap<number, ReadonlyMap<string, readonly OpenLoopResult[]>>;
}

/** One figure of a row, by round. */
export function figureOf({ samples }: Figures, row: string, name: keyof Sample): number[] {
  return (samples.get(row) ?? []).map((sample) => sample[name]);
}

export function latencyOf(
  { latencies }: Figures,
  rate: number,
  row: string,
  name: 'p50Ms' | 'p99Ms',
): number[] {
  return (latencies.get(rate)?.get(row) ?? []).map((result) => result[name]);
}
