import { monotonicClock } from '../../../src/kernel/clock.ts';
import { createLimiter } from '../../../src/limits/limiter.ts';
import { createChannel, type Channel } from '../../../src/workers/channel.ts';
import { answerMetrics, metricsOfWorkers } from '../../../src/workers/worker-metrics.ts';
import type { WorkerPlace } from '../../../src/workers/worker-place.ts';

/** The places of so many workers that are all in this process: each answers for all when it is asked for the metrics. */
export function placesOf(count: number): WorkerPlace[] {
  const limiter = createLimiter({ clock: monotonicClock });
  const channels: Channel[] = [];
  return Array.from({ length: count }, (_, index) => {
    const [primary, worker] = openPipe();
    channels.push(primary);
    answerMetrics(primary, () => channels);
    return {
      number: index + 1,
      count,
      buckets: {
        name: 'the others',
        takeInTurn: async (asks) => limiter.takeInTurn(asks),
        close: async () => {},
      },
      ...metricsOfWorkers(worker),
    };
  });
}

/** Both ends of a pipe within this process. */
function openPipe(): [Channel, Channel] {
  const handlers: ((message: unknown) => void)[][] = [[], []];
  const endOf = (own: number) =>
    createChannel({
      send: (message) => setImmediate(() => handlers[1 - own]?.forEach((handle) => handle(message))),
      onMessage: (handler) => void handlers[own]?.push(handler),
    });
  return [endOf(0), endOf(1)];
}
