import { createAuditLog } from './audit/audit-log.ts';
import { CHECKPOINT_PURPOSE } from './audit/checkpoint-key.ts';
import { createCheckpointKeeper } from './audit/checkpoints.ts';
import { createIntentCloser } from './audit/close-intents.ts';
import { createTrailKeeper } from './audit/keep-trail.ts';
import { createOverview } from './audit/overview.ts';
import { createPruner } from './audit/prune.ts';
import { createUsageReport } from './audit/usage-report.ts';
import type { Clock } from './kernel/clock.ts';
import type { Log } from './kernel/log.ts';
import { deriveKey } from './kernel/seal.ts';
import { createAuditRetention } from './people/organisations/audit-retention.ts';
import type { Store } from './store/store.ts';

/** The part of the wiring that is about what was done: the chain and the counts behind it, and who reads them. */
export function wireWatching({
  clock,
  log,
  masterSecret,
  mcpBaseUrl,
  store,
  unownedAuditDays,
}: {
  clock: Clock;
  log: Log;
  masterSecret: string;
  mcpBaseUrl: string;
  store: Store;
  unownedAuditDays?: number | undefined;
}) {
  const keeper = createTrailKeeper({ store, log });
  keeper.start();
  const checkpoints = createCheckpointKeeper({
    store,
    sealKey: deriveKey(masterSecret, CHECKPOINT_PURPOSE),
    issuer: mcpBaseUrl,
    clock,
    log,
  });
  checkpoints.start();
  const intents = createIntentCloser({ store, log });
  intents.start();
  const pruner = createPruner({ store, clock, log, unownedDays: unownedAuditDays });
  pruner.start();
  return {
    portal: {
      auditLog: createAuditLog({ store, clock }),
      usageReport: createUsageReport({ store, clock }),
      auditRetention: createAuditRetention({ store, clock }),
      readOverview: createOverview({ store, clock }),
    },
    async close() {
      await Promise.all([keeper.close(), checkpoints.close(), intents.close(), pruner.close()]);
    },
  };
}
