import { createAudit } from '../../src/audit/audit.ts';
import { createUsage } from '../../src/audit/usage.ts';
import { createAssertions } from '../../src/grants/assertions.ts';
import { createChangeFeed } from '../../src/grants/change-feed.ts';
import { createSigning } from '../../src/grants/signing.ts';
import { createStandings } from '../../src/grants/standings.ts';
import { monotonicClock, type Clock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { createKeyVerifier } from '../../src/keys/key-verifier.ts';
import { createLimiter, type LimitPolicy } from '../../src/limits/limiter.ts';
import type { Store } from '../../src/store/store.ts';
import { wireManagement } from '../../src/wire-management.ts';

const ROOMY: LimitPolicy = { limit: 10_000, windowSeconds: 60 };

/** What lets keys and our own gateway in, as the composition root wires it. */
export async function openManagement({
  clock,
  mcpBaseUrl,
  store,
  webBaseUrl,
}: {
  clock: Clock;
  mcpBaseUrl: string;
  store: Store;
  webBaseUrl: string;
}) {
  const feed = createChangeFeed({ store, log: silentLog });
  const signing = await createSigning({
    store,
    feed,
    sealKey: deriveKey('a secret of the tests', 'signing keys'),
  });
  const standings = createStandings({ store, feed });
  const keyVerifier = createKeyVerifier({ store, clock, mayCache: feed.isCurrent });
  feed.on('key', keyVerifier.forget);
  await feed.start();
  const audit = createAudit({ store, clock, log: silentLog });
  const usage = createUsage({ store, clock, log: silentLog });
  const limits = { perKey: ROOMY, perOrganisation: ROOMY };
  const ports = wireManagement({
    store,
    grants: { signing, standings },
    keyVerifier,
    limiter: createLimiter({ clock: monotonicClock }),
    limits,
    audit,
    usage,
    mcpBaseUrl,
    webBaseUrl,
    clock,
  });
  return {
    ports,
    audit,
    limits,
    feed,
    signing,
    signAssertion: createAssertions({ signing, clock, issuer: mcpBaseUrl }),
    async close() {
      await usage.close();
      await audit.close();
      await feed.close();
    },
  };
}
