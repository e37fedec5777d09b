import type { LimitAsk, LimitDecision, LocalLimiter } from '../limits/limiter.ts';
import type { RemoteBuckets } from '../limits/remote-buckets.ts';
import type { Channel } from './channel.ts';

const SUBJECT = 'take';
/** Longer than who asks ever waits: that is theirs to judge. */
const ANSWER_MS = 5000;

interface Waiting {
  readonly asks: readonly LimitAsk[];
  readonly resolve: (decisions: readonly LimitDecision[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The buckets of all workers, in the process that began them. What is asked in one turn of the loop goes in one message. */
export function createPrimaryBuckets(channel: Pick<Channel, 'ask'>): RemoteBuckets {
  let waiting: Waiting[] = [];

  async function flush(): Promise<void> {
    const sent = waiting;
    waiting = [];
    try {
      const answer = await channel.ask(
        SUBJECT,
        sent.map(({ asks }) => asks),
        ANSWER_MS,
      );
      // Written by `answerTakes` of the same release.
      const decided = answer as (readonly LimitDecision[])[];
      for (const [index, { reject, resolve }] of sent.entries()) {
        const decisions = decided[index];
        if (decisions === undefined) reject(new Error('a question was not answered'));
        else resolve(decisions);
      }
    } catch (error) {
      for (const { reject } of sent) reject(error);
    }
  }

  return {
    name: 'The process that began the workers',
    takeInTurn: (asks) =>
      new Promise((resolve, reject) => {
        waiting.push({ asks, resolve, reject });
        if (waiting.length === 1) setImmediate(() => void flush());
      }),
    close: async () => {},
  };
}

/** The other end. */
export function answerTakes(channel: Pick<Channel, 'answer'>, limiter: LocalLimiter): void {
  channel.answer(SUBJECT, (body) =>
    (body as (readonly LimitAsk[])[]).map((asks) => limiter.takeInTurn(asks)),
  );
}
