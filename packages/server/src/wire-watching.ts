import { createAuditLog } from './audit/audit-log.ts';
import { createTrailKeeper } from './audit/keep-trail.ts';
import { createOverview } from './audit/overview.ts';
import { createUsageReport } from './audit/usage-report.ts';
import type { Clock } from './kernel/clock.ts';
import type { Log } from './kernel/log.ts';
import type { Store } from './store/store.ts';

/** The part of the wiring that is about what was done: the chain and the counts behind it, and who reads them. */
export function wireWatching({ clock, log, store }: { clock: Clock; log: Log; store: Store }) {
  const keeper = createTrailKeeper({ store, log });
  keeper.start();
  return {
    portal: {
      auditLog: createAuditLog({ store, clock }),
      usageReport: createUsageReport({ store, clock }),
      readOverview: createOverview({ store, clock }),
    },
    close: keeper.close,
  };
}
