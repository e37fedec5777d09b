import { LRUCache } from 'lru-cache';
import { inTime } from '../kernel/in-time.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';

const KNOWN_MAX = 10_000;
/** A former address stops working by itself. */
const KNOWN_MS = 10_000;

/**
 * Whether an address is an organisation's. Anybody asks, without a credential, so the database hears of one that is
 * there only now and then; what changed is known at once.
 */
export function createKnownOrganisations({ store, feed }: { store: Store; feed: ChangeFeed }) {
  const known = new LRUCache<string, true>({ max: KNOWN_MAX, ttl: KNOWN_MS });
  let epoch = 0;
  feed.on('organisation', () => {
    epoch += 1;
    known.clear();
  });

  return async function exists(slug: string): Promise<boolean> {
    if (feed.isCurrent() && known.has(slug)) return true;
    const epochBefore = epoch;
    if ((await inTime(store.organisationSlugs.findOrganisation(slug))) === undefined) return false;
    if (epoch === epochBefore) known.set(slug, true);
    return true;
  };
}
