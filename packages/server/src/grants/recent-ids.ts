import type { Clock } from '../kernel/clock.ts';
import { CHANGE_MEMORY_SECONDS } from './change-feed.ts';

/** Ids that something happened to within the longest life of an access token. */
export function createRecentIds(clock: Clock) {
  const heardAtMs = new Map<string, number>();
  return {
    add(id: string): void {
      const now = clock.nowMs();
      // A Map keeps insertion order, so the oldest come first.
      for (const [old, at] of heardAtMs) {
        if (at > now - CHANGE_MEMORY_SECONDS * 1000) break;
        heardAtMs.delete(old);
      }
      heardAtMs.delete(id);
      heardAtMs.set(id, now);
    },
    has: (id: string): boolean => heardAtMs.has(id),
  };
}
