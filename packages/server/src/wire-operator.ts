import { hostname } from 'node:os';
import type { AppOptions } from './app-options.ts';
import type { ChangeFeed } from './grants/change-feed.ts';
import { createKeyRotation } from './grants/key-rotation.ts';
import { createSuspensions } from './grants/suspensions.ts';
import { createInstallation } from './installation.ts';
import { deriveKey } from './kernel/seal.ts';
import { createPresence } from './nodes/presence.ts';
import { createFoundOrganisation } from './people/operators/found-organisation.ts';
import { createOperators } from './people/operators/operators.ts';
import { VERSION } from './version.ts';

/** What operators see and do, and this node among those that they see. */
export function wireOperator(deps: {
  readonly options: Omit<AppOptions, 'handoffSecret'>;
  readonly feed: Pick<ChangeFeed, 'isCurrent'>;
  readonly hasSecret: () => boolean;
  readonly limitsAreShared: () => boolean | undefined;
}) {
  const { feed, hasSecret, limitsAreShared, options } = deps;
  const { clock, log, masterSecret, store } = options;
  const presence = createPresence({
    store,
    about: {
      host: hostname(),
      half: options.only ?? null,
      version: VERSION,
      runtime: `Node.js ${process.versions.node}`,
    },
    hearsChanges: feed.isCurrent,
    log,
  });
  return {
    start: presence.start,
    nodesAlive: presence.alive,
    countNodes: presence.countAlive,
    portal: {
      operators: createOperators({ store, clock }),
      suspensions: createSuspensions({ store, clock }),
      foundOrganisation: createFoundOrganisation({ store, clock }),
      keyRotation: createKeyRotation({ store, sealKey: deriveKey(masterSecret, 'signing keys'), clock }),
      installation: createInstallation({
        store,
        presence,
        options,
        hearsChanges: feed.isCurrent,
        hasSecret,
        limitsAreShared,
      }),
      installed: store.installation,
    },
    close: presence.close,
  };
}
