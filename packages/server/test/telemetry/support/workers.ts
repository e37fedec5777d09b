import { monotonicClock } from '../../../src/kernel/clock.ts';
import { createLimiter } from '../../../src/limits/limiter.ts';
import { joinFamilies, type FamilyText, type Format } from '../../../src/telemetry/exposition.ts';
import type { WorkerPlace } from '../../../src/workers/worker-place.ts';

/** The places of so many workers that are all in this process: each answers for all when it is asked for the metrics. */
export function placesOf(count: number): WorkerPlace[] {
  const limiter = createLimiter({ clock: monotonicClock });
  const reads = new Map<number, (format: Format) => readonly FamilyText[]>();
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    count,
    buckets: {
      name: 'the others',
      takeInTurn: async (asks) => limiter.takeInTurn(asks),
      close: async () => {},
    },
    collectMetrics: async (format) => joinFamilies([...reads.values()].map((read) => read(format))),
    offerMetrics: (read) => void reads.set(index + 1, read),
  }));
}
