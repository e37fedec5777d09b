import { setTimeout as pause } from 'node:timers/promises';
import type { ChangeFeed } from './grants/change-feed.ts';
import type { Store } from './store/store.ts';

export interface ReadinessParts {
  readonly status: 'ready' | 'not ready' | 'stopping';
  /** It answers within two seconds. What follows is left out where it does not. */
  readonly database?: boolean;
  /** Its schema is this release's, or a newer one. */
  readonly migrations?: boolean;
  /** Tools can be loaded, if there are any. */
  readonly catalogues?: boolean;
  /** What others revoke is heard. */
  readonly changes?: boolean;
  /** LATCHKEY_SECRET is what the database is sealed under. */
  readonly secret?: boolean;
  /**
   * What limits are shared by answers. Left out where they are not shared. Without it this node serves all the same, and
   * allows its share of every limit.
   */
  readonly sharedLimits?: boolean;
}

export interface Readiness {
  look(): Promise<ReadinessParts>;
  /** From now on this process is being stopped. */
  stop(): void;
}

/** A database that is slower than this serves nobody. */
const ANSWER_MS = 2000;

/** Whether this node can do its work now. Those who ask at the same time share one look. */
export function createReadiness({
  feed,
  hasSecret,
  limitsAreShared,
  store,
}: {
  store: Pick<Store, 'connectors' | 'schemaAge'>;
  feed: Pick<ChangeFeed, 'isCurrent'>;
  hasSecret: () => boolean;
  limitsAreShared: () => boolean | undefined;
}): Readiness {
  let isStopping = false;
  let looking: Promise<ReadinessParts> | undefined;
  /** Has been loaded once; it is named by its content. */
  let goodCatalogue: string | undefined;

  async function look(): Promise<ReadinessParts> {
    const found = await withinTime(lookIntoDatabase());
    const parts = { database: found !== undefined, ...found, changes: feed.isCurrent(), secret: hasSecret() };
    const status = Object.values(parts).every(Boolean) ? 'ready' : 'not ready';
    const sharedLimits = limitsAreShared();
    return { status, ...parts, ...(sharedLimits === undefined ? {} : { sharedLimits }) };
  }

  async function lookIntoDatabase(): Promise<{ migrations: boolean; catalogues: boolean }> {
    const migrations = (await store.schemaAge()) !== 'behind';
    // Where tables are missing there is nothing to load.
    const catalogues = migrations && (await canLoadCatalogues());
    return { migrations, catalogues };
  }

  /** One that is broken is its owner's trouble; when none of the latest can be loaded it is ours. */
  async function canLoadCatalogues(): Promise<boolean> {
    const hashes = await store.connectors.latestCatalogues();
    if (hashes.length === 0 || (goodCatalogue !== undefined && hashes.includes(goodCatalogue))) return true;
    for (const hash of hashes) {
      if (!isCatalogue(await store.connectors.getCatalogue(hash))) continue;
      goodCatalogue = hash;
      return true;
    }
    return false;
  }

  return {
    look() {
      if (isStopping) return Promise.resolve({ status: 'stopping' });
      looking ??= look().finally(() => (looking = undefined));
      return looking;
    },
    stop() {
      isStopping = true;
    },
  };
}

function isCatalogue(body: string | undefined): boolean {
  if (body === undefined) return false;
  try {
    return Array.isArray((JSON.parse(body) as { tools?: unknown }).tools);
  } catch {
    return false;
  }
}

/** Undefined: it failed, or took too long. What is late is forgotten. */
async function withinTime<T>(work: Promise<T>): Promise<T | undefined> {
  const controller = new AbortController();
  const { signal } = controller;
  const late = pause(ANSWER_MS, undefined, { signal, ref: false }).catch(() => undefined);
  const done = work.catch(() => undefined);
  try {
    return await Promise.race([done, late]);
  } finally {
    controller.abort();
  }
}
