import type { RemoteBuckets } from '../limits/remote-buckets.ts';
import type { FamilyText, Format } from '../telemetry/exposition.ts';

/** What a process knows of the others that it shares a port with, and of the one that began them. */
export interface WorkerPlace {
  /** From 1. Whoever takes the place of one that died has its number. */
  readonly number: number;
  readonly count: number;
  /** Kept by the process that began the workers. */
  readonly buckets: RemoteBuckets;
  /** The metrics of all workers, this one among them, a family each. */
  collectMetrics(format: Format): Promise<readonly FamilyText[]>;
  /** Reads this one's, whenever one of them is asked for those of all. */
  offerMetrics(read: (format: Format) => readonly FamilyText[]): void;
}
