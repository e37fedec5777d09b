import type { AppOptions } from './app-options.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { CHECKPOINT_PURPOSE } from './audit/checkpoint-key.ts';
import { createCheckpointKeeper } from './audit/checkpoints.ts';
import { createIntentCloser } from './audit/close-intents.ts';
import { createTrailKeeper } from './audit/keep-trail.ts';
import { createOverview } from './audit/overview.ts';
import { createPruner } from './audit/prune.ts';
import { createUsageReport } from './audit/usage-report.ts';
import { deriveKey } from './kernel/seal.ts';
import { createAuditRetention } from './people/organisations/audit-retention.ts';

/** The part of the wiring that is about what was done: the chain and the counts behind it, and who reads them. */
export function wireWatching({
  clock,
  log,
  masterSecret,
  mcpBaseUrl,
  store,
  unownedAuditDays,
}: Pick<AppOptions, 'clock' | 'log' | 'masterSecret' | 'mcpBaseUrl' | 'store' | 'unownedAuditDays'>) {
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
