import type { Log } from '../kernel/log.ts';
import { createRepeater } from '../kernel/repeater.ts';
import type { Queries } from '../store/store.ts';

/** The part of the store that the trail is kept through. */
export interface TrailStore {
  readonly auditTrail: Pick<Queries['auditTrail'], 'lastId' | 'writers'>;
  transaction<T>(work: (queries: TrailQueries) => Promise<T>): Promise<T>;
}

type TrailQueries = Pick<Queries, 'auditTrail' | 'usageHours' | 'webhookOutbox'>;

/** Between two steps. What was written is sealed and counted after one or two of them. */
const STEP_MS = 1000;
/** In one transaction; of one organisation they become one block. */
const ROWS_MAX = 10_000;

const WORK = {
  chain: ({ auditTrail }: TrailQueries) => auditTrail.seal,
  usage: ({ usageHours }: TrailQueries) => usageHours.count,
  webhooks: ({ webhookOutbox }: TrailQueries) => webhookOutbox.fanOut,
} as const;

export interface TrailKeeper {
  start(): void;
  /** Seals and counts what is final by now, or leaves it to the node that is at it. */
  step(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Goes through the audit rows behind those who write them, on each node; whoever comes first does what there is to do
 * (decision 31).
 */
export function createTrailKeeper({ store, log }: { store: TrailStore; log: Log }): TrailKeeper {
  /** Final as soon as these writers are gone. */
  let seen: { readonly upTo: number; readonly writers: ReadonlySet<string> } | undefined;
  let finalTo = 0;
  let isClosed = false;

  async function step(): Promise<void> {
    await look();
    await advance('chain');
    await advance('usage');
    await advance('webhooks');
  }

  /** The id is read before the writers: whoever had an id by then, and is not done, is among them. */
  async function look(): Promise<void> {
    const upTo = await store.auditTrail.lastId();
    const writers = await store.auditTrail.writers();
    if (seen !== undefined && !writers.some((writer) => seen?.writers.has(writer) === true)) {
      finalTo = Math.max(finalTo, seen.upTo);
      seen = undefined;
    }
    if (writers.length === 0) finalTo = Math.max(finalTo, upTo);
    else seen ??= { upTo, writers: new Set(writers) };
  }

  async function advance(name: keyof typeof WORK): Promise<void> {
    let goesOn = true;
    while (goesOn && !isClosed) {
      goesOn = await store.transaction(async (queries) => {
        const doneTo = await queries.auditTrail.claim(name);
        if (doneTo === undefined || doneTo >= finalTo) return false;
        const to = Math.min(finalTo, doneTo + ROWS_MAX);
        await WORK[name](queries)(doneTo, to);
        await queries.auditTrail.setDone(name, to);
        return to < finalTo;
      });
    }
  }

  const repeater = createRepeater({
    step,
    everyMs: STEP_MS,
    log,
    complaint: 'the audit trail is sealed later',
  });
  return {
    start: repeater.start,
    step,
    async close() {
      isClosed = true;
      await repeater.close();
    },
  };
}
