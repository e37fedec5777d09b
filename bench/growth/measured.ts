import type { Scene } from './scenes.ts';

export interface Measured {
  readonly scene: Scene;
  /** Microseconds of CPU, of the service and the database together, for one request: the median round. */
  readonly small: number;
  readonly large: number;
  /** Of the two in the same round: the median. */
  readonly ratio: number;
  readonly throughput: number;
}

export const RATIO_MAX = 1.2;

/** It costs more beside much than it may. */
export function isMissed({ ratio, scene }: Measured): boolean {
  return scene.shownOnly === undefined && !(ratio <= RATIO_MAX);
}
