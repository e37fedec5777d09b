import { CALL_MS_MAX } from '../kernel/call-ms-max.ts';
import type { Log } from '../kernel/log.ts';
import { createRepeater } from '../kernel/repeater.ts';
import type { Queries } from '../store/store.ts';

export interface IntentStore {
  transaction<T>(work: (queries: Pick<Queries, 'auditTrail' | 'auditIntents'>) => Promise<T>): Promise<T>;
}

const STEP_MS = 60_000;
/** No call lasts half as long; the rest is for what it has to wait for, as its outcome does for the database. */
const UNFINISHED_AFTER_SECONDS = (2 * CALL_MS_MAX) / 1000;

/**
 * A node that ends without a word leaves calls that were announced and never said to be over. Whether they were done,
 * nobody knows; and that is what is written down. Any node does it for all of them.
 */
export function createIntentCloser({
  log,
  store,
  unfinishedAfterSeconds = UNFINISHED_AFTER_SECONDS,
}: {
  store: IntentStore;
  log: Log;
  unfinishedAfterSeconds?: number;
}) {
  /** True: there is more. */
  function advance(): Promise<boolean> {
    return store.transaction(async ({ auditIntents, auditTrail }) => {
      const doneTo = await auditTrail.claim('intents');
      if (doneTo === undefined) return false;
      // What is sealed is final: no row with a lower id is still to come.
      const to = await auditIntents.oldTo(doneTo, await auditTrail.doneTo('chain'), unfinishedAfterSeconds);
      if (to <= doneTo) return false;
      const closed = await auditIntents.closeAsUnknown(doneTo, to);
      if (closed > 0) log.warn({ calls: closed }, 'nobody knows what came of calls that were announced');
      await auditTrail.setDone('intents', to);
      return true;
    });
  }

  async function step(): Promise<void> {
    while (await advance());
  }

  const repeater = createRepeater({
    step,
    everyMs: STEP_MS,
    log,
    complaint: 'unfinished calls are closed later',
  });
  return { ...repeater, step };
}
