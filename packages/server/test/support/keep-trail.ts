import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { Store } from '../../src/store/store.ts';

/** What a node does with the audit log every few seconds, once and now: seals it, and counts the calls in it. */
export async function keepTrail(store: Store): Promise<void> {
  const keeper = createTrailKeeper({ store, log: silentLog });
  await keeper.step();
  await keeper.close();
}
