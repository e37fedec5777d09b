import type { Clock } from '../kernel/clock.ts';
import { deepestCause } from '../kernel/deepest-cause.ts';
import type { KeyId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';

export interface Usage {
  /** Notes that a key was used now; the database hears of it within about a second. */
  touch(keyId: KeyId): void;
  close(): Promise<void>;
}

/** The part of the store that it writes through. */
export interface UsageStore {
  readonly keys: { touch(lastUsed: ReadonlyMap<KeyId, number>): Promise<readonly KeyId[]> };
}

const FLUSH_DELAY_MS = 1000;

/** When each key was last used, as a person sees it in the list of keys: one update a second, however busy it is. */
export function createUsage({ store, clock, log }: { store: UsageStore; clock: Clock; log: Log }): Usage {
  let lastUsed = new Map<KeyId, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isClosed = false;

  function note(keyId: KeyId, usedAtMs: number): void {
    lastUsed.set(keyId, usedAtMs);
    if (!isClosed) timer ??= setTimeout(() => void flush(), FLUSH_DELAY_MS);
  }

  async function write(due: ReadonlyMap<KeyId, number>): Promise<void> {
    for (const keyId of await store.keys.touch(due)) {
      const usedAtMs = due.get(keyId);
      if (usedAtMs !== undefined && !lastUsed.has(keyId)) note(keyId, usedAtMs);
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const due = lastUsed;
    lastUsed = new Map();
    writing = writing
      .then(() => write(due))
      // A time that is lost is replaced at the key's next use: nothing is kept back for it.
      .catch((error: unknown) =>
        log.warn({ error: deepestCause(error).message }, 'last use of keys was not written'),
      );
    return writing;
  }

  return {
    touch: (keyId) => note(keyId, clock.nowMs()),
    close() {
      isClosed = true;
      return flush();
    },
  };
}
