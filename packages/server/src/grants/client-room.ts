import type { Store } from '../store/store.ts';

/** While it is full, the database is asked this often, however many ask us. */
const FULL_PAUSE_MS = 1000;

/**
 * Room for clients that nobody has approved yet: strangers make their rows. When it is used up, those go that were not
 * used for an hour, for who connects an app takes minutes.
 */
export function createClientRoom({ store }: { store: Store }) {
  const fullUntilMs = new Map<number, number>();
  let turn: Promise<unknown> = Promise.resolve();

  async function hasRoom(unconfirmedMax: number): Promise<boolean> {
    if (isKnownFull(unconfirmedMax)) return false;
    if (await store.clients.hasRoom(unconfirmedMax)) return true;
    await store.clients.deleteUnconfirmed({ idleHours: 1 });
    if (await store.clients.hasRoom(unconfirmedMax)) return true;
    fullUntilMs.set(unconfirmedMax, performance.now() + FULL_PAUSE_MS);
    return false;
  }

  function isKnownFull(unconfirmedMax: number): boolean {
    return (fullUntilMs.get(unconfirmedMax) ?? 0) > performance.now();
  }

  return {
    /** Makes one if there is room. One after the other, or all that ask at the same moment would find the same room. */
    async enter<T>(unconfirmedMax: number, make: () => Promise<T>): Promise<T | undefined> {
      if (isKnownFull(unconfirmedMax)) return undefined;
      const mine = turn.then(async () => ((await hasRoom(unconfirmedMax)) ? make() : undefined));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}
