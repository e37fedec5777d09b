import type { Store } from '../store/store.ts';

/**
 * The database counts them this often, however many ask, for each count looks at every client that there is; sooner where
 * they are reckoned to be as many as may be. Meanwhile other nodes may make some, too, so that there may be more of them
 * by what they make in a second.
 */
const COUNTED_FOR_MS = 1000;

interface Counted {
  readonly untilMs: number;
  /** With those that were made here since. */
  unconfirmed: number;
}

/**
 * Room for clients that nobody has approved yet: strangers make their rows. When it is used up, those go that were not
 * used for an hour, for who connects an app takes minutes.
 */
export function createClientRoom({ store }: { store: Pick<Store, 'clients'> }) {
  // By the most that was asked about, for no count goes beyond it.
  const counts = new Map<number, Counted>();
  // Nothing is left to make room of. Who asks before that is known waits for it.
  const fullUntilMs = new Map<number, number>();
  let turn: Promise<unknown> = Promise.resolve();

  async function hasRoom(max: number): Promise<boolean> {
    if (isKnownFull(max)) return false;
    if ((knownCount(max) ?? Infinity) < max) return true;
    if ((await count(max)) < max) return true;
    await store.clients.deleteUnconfirmed({ idleHours: 1 });
    if ((await count(max)) < max) return true;
    fullUntilMs.set(max, performance.now() + COUNTED_FOR_MS);
    return false;
  }

  async function count(max: number): Promise<number> {
    const unconfirmed = await store.clients.countUnconfirmed(max);
    counts.set(max, { untilMs: performance.now() + COUNTED_FOR_MS, unconfirmed });
    return unconfirmed;
  }

  async function makeOne<T>(make: () => Promise<T>): Promise<T> {
    const made = await make();
    for (const counted of counts.values()) counted.unconfirmed += 1;
    return made;
  }

  function knownCount(max: number): number | undefined {
    const counted = counts.get(max);
    return counted !== undefined && counted.untilMs > performance.now() ? counted.unconfirmed : undefined;
  }

  function isKnownFull(max: number): boolean {
    return (fullUntilMs.get(max) ?? 0) > performance.now();
  }

  return {
    /** Makes one if there is room. One after the other, or all that ask at the same moment would find the same room. */
    async enter<T>(unconfirmedMax: number, make: () => Promise<T>): Promise<T | undefined> {
      if (isKnownFull(unconfirmedMax)) return undefined;
      const mine = turn.then(async () => ((await hasRoom(unconfirmedMax)) ? makeOne(make) : undefined));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}
