import { joinFamilies, type FamilyText, type Format } from '../telemetry/exposition.ts';
import type { Channel } from './channel.ts';

const OWN = 'own metrics';
const ALL = 'all metrics';
const WORKER_MS_MAX = 2000;

/** In a worker: whoever is asked for the metrics answers for all. */
export function metricsOfWorkers(channel: Pick<Channel, 'answer' | 'ask'>) {
  return {
    async collectMetrics(format: Format): Promise<readonly FamilyText[]> {
      // Written by `answerMetrics`.
      return (await channel.ask(ALL, format, 2 * WORKER_MS_MAX)) as readonly FamilyText[];
    },
    offerMetrics(read: (format: Format) => readonly FamilyText[]): void {
      channel.answer(OWN, (format) => read(format as Format));
    },
  };
}

/** In the process that began the workers. One that does not answer is left out: it is being started, or hangs. */
export function answerMetrics(
  channel: Pick<Channel, 'answer'>,
  others: () => readonly Pick<Channel, 'ask'>[],
): void {
  channel.answer(ALL, async (format) => {
    const asked = await Promise.allSettled(others().map((each) => each.ask(OWN, format, WORKER_MS_MAX)));
    return joinFamilies(
      asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value as readonly FamilyText[]] : [])),
    );
  });
}
