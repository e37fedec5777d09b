import type { Key } from '../store/queries/keys.ts';
import type { KeyCall } from '../store/queries/key-calls.ts';
import type { Store } from '../store/store.ts';

const CALLS_MAX = 50;
/** So many rows of the organisation's trail are looked at, in steps none of which takes long. */
const LOOK = 20_000;
const LOOKS_MAX = 5;
/** A row may wait so long for the database before it gets its id, and `last_used_at` is written a while after the call. */
const SLACK_MS = 15 * 60_000;

/**
 * The last fifty calls with a key. The trail has no index by key, which every call would have to write; the search begins
 * where the key was used last, so that one that rests finds its calls, too. `areAll`: there are none before them.
 */
export function createLastCalls({ store }: { store: Pick<Store, 'auditSearch' | 'keys'> }) {
  return async ({
    createdAt,
    id,
    lastUsedAt,
    orgId,
  }: Pick<Key, 'createdAt' | 'id' | 'lastUsedAt' | 'orgId'>): Promise<{
    items: KeyCall[];
    areAll: boolean;
  }> => {
    const { auditSearch, keys } = store;
    const away = (from: Date, ms: number) => new Date(from.getTime() + ms);
    const atLeast = await auditSearch.firstIdAt(orgId, away(createdAt, -SLACK_MS));
    let below =
      lastUsedAt === null
        ? Number.MAX_SAFE_INTEGER
        : await auditSearch.firstIdAt(orgId, away(lastUsedAt, SLACK_MS));
    const items: KeyCall[] = [];
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const place = { atLeast, below, look: LOOK };
      // One more, to know whether there are more.
      const limit = CALLS_MAX + 1 - items.length;
      items.push(...(await keys.callsAmong(orgId, id, { ...place, limit })));
      if (items.length > CALLS_MAX) return { items: items.slice(0, CALLS_MAX), areAll: false };
      const last = await auditSearch.lastOf(orgId, place);
      if (last === undefined) return { items, areAll: true };
      below = last.id;
    }
    return { items, areAll: false };
  };
}
