import type { Clock } from '../../kernel/clock.ts';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import type { Log } from '../../kernel/log.ts';
import type { Store } from '../../store/store.ts';
import { createAttemptRoom } from './room.ts';
import type { AttemptEvent } from './steps.ts';
import { writeEvent, type Happened } from './write-event.ts';

export interface Attempts {
  /** Notes a step. It takes no time: what comes of it is written within a quarter of a second, or when closing. */
  note(event: AttemptEvent): void;
  /** Writes what is still held. */
  close(): Promise<void>;
}

const FLUSH_DELAY_MS = 250;
const HELD_MAX = 2_000;
/** What one transaction does: the lock is held for no longer than that. */
const PER_TRANSACTION_MAX = 50;
/** Another node may still hold what this belongs to. */
const TRIES_MAX = 6;

/** How apps get on with connecting, for people to see where it stopped. It is lost rather than in anybody's way. */
export function createAttempts({ store, clock, log }: { store: Store; clock: Clock; log: Log }): Attempts {
  let held = new Map<string, Happened & { tries: number }>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let closing = false;
  const room = createAttemptRoom({
    clock,
    onOver: (left) => log.warn({ left }, 'steps of connection attempts were counted and not written'),
  });

  function hold(name: string, happened: Happened & { tries: number }): void {
    const same = held.get(name);
    if (same === undefined && held.size >= HELD_MAX) return;
    held.set(name, same === undefined ? happened : { ...same, times: same.times + happened.times });
    timer ??= setTimeout(() => void flush(), FLUSH_DELAY_MS).unref();
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const due = [...held];
    held = new Map();
    writing = writing.then(() => write(due));
    return writing;
  }

  async function write(due: [string, Happened & { tries: number }][]): Promise<void> {
    for (let start = 0; start < due.length; start += PER_TRANSACTION_MAX) {
      const part = due.slice(start, start + PER_TRANSACTION_MAX);
      try {
        const later = await store.transaction(async (queries) => {
          await queries.connectionAttempts.lockWriters();
          const waiting: typeof part = [];
          for (const one of part) {
            const written = await writeEvent(queries, one[1], room.forAttempt);
            if (written === 'later') waiting.push(one);
          }
          return waiting;
        });
        for (const [name, one] of later)
          if (one.tries < TRIES_MAX && !closing) hold(name, { ...one, tries: one.tries + 1 });
      } catch (error) {
        log.warn({ error: deepestCause(error).message }, 'steps of connection attempts were not written');
      }
    }
  }

  return {
    note(event) {
      if (closing || !room.forEvent(event)) return;
      hold(JSON.stringify(event), { event, atMs: clock.nowMs(), times: 1, tries: 0 });
    },
    async close() {
      closing = true;
      await flush();
    },
  };
}
