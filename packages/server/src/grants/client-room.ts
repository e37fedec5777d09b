import type { Store } from '../store/store.ts';

/**
 * The database counts them this often, however many ask: each count looks at every client that there is. Meanwhile other
 * nodes may make some, too, so that there may be more of them by what they make in a second.
 */
const COUNTED_FOR_MS = 1000;

interface Counted {
  readonly untilMs: number;
  /** With those that were made here since. */
  unconfirmed: number;
  /** The database said so: what is only reckoned to be full may have been approved since. */
  readonly isFull: boolean;
}

/**
 * Room for clients that nobody has approved yet: strangers make their rows. When it is used up, those go that were not
 * used for an hour, for who connects an app takes minutes.
 */
export function createClientRoom({ store }: { store: Pick<Store, 'clients'> }) {
  // By the most that was asked about, for no count goes beyond it.
  const counts = new Map<number, Counted>();
  let turn: Promise<unknown> = Promise.resolve();

  async function hasRoom(max: number): Promise<boolean> {
    const known = knownCount(max);
    if (known !== undefined && known.unconfirmed < max) return true;
    if (isKnownFull(max)) return false;
    if (await isCountedBelow(max)) return true;
    await store.clients.deleteUnconfirmed({ idleHours: 1 });
    return isCountedBelow(max);
  }

  async function isCountedBelow(max: number): Promise<boolean> {
    const unconfirmed = await store.clients.countUnconfirmed(max);
    counts.set(max, { untilMs: performance.now() + COUNTED_FOR_MS, unconfirmed, isFull: unconfirmed >= max });
    return unconfirmed < max;
  }

  async function makeOne<T>(make: () => Promise<T>): Promise<T> {
    const made = await make();
    for (const counted of counts.values()) counted.unconfirmed += 1;
    return made;
  }

  function knownCount(max: number): Counted | undefined {
    const counted = counts.get(max);
    return counted !== undefined && counted.untilMs > performance.now() ? counted : undefined;
  }

  function isKnownFull(max: number): boolean {
    return knownCount(max)?.isFull === true;
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
