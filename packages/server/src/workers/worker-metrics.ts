import { joinFamilies, writeFamilies, type FamilyText, type Format } from '../telemetry/exposition.ts';
import type { Family } from '../telemetry/registry.ts';
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

/** In the process that began the workers. One that does not answer is left out, and said not to be up. */
export function answerMetrics(
  channel: Pick<Channel, 'answer'>,
  workers: () => readonly Pick<Channel, 'ask'>[],
): void {
  channel.answer(ALL, async (body) => {
    const format = body as Format;
    const asked = await Promise.allSettled(workers().map((each) => each.ask(OWN, format, WORKER_MS_MAX)));
    const answered = asked.flatMap((each) =>
      each.status === 'fulfilled' ? [each.value as readonly FamilyText[]] : [],
    );
    const up = upFamily(asked.map(({ status }) => status === 'fulfilled'));
    return [...joinFamilies(answered), ...writeFamilies([up], format)];
  });
}

/** Who is silent can say nothing of itself. In the order of the workers' numbers. */
function upFamily(areUp: readonly boolean[]): Family {
  return {
    name: 'latchkey_worker_up',
    kind: 'gauge',
    help: '1: this worker answered when it was asked for its metrics; 0: it did not, because it is being started, or hangs',
    labelNames: ['worker'],
    points: () => areUp.map((isUp, index) => ({ values: [String(index + 1)], value: isUp ? 1 : 0 })),
  };
}
