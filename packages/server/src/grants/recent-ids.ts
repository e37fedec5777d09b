import { monotonicClock, type Clock } from '../kernel/clock.ts';
import { CHANGE_MEMORY_SECONDS } from './change-feed.ts';

const MEMORY_MS = CHANGE_MEMORY_SECONDS * 1000;

/**
 * Ids that something happened to within the longest life of an access token. One is forgotten when both clocks say so:
 * the wall's may be set ahead and back, and by one that was set back tokens are good for longer.
 */
export function createRecentIds(wall: Clock, steady: Clock = monotonicClock) {
  const heard = new Map<string, { readonly wallMs: number; readonly steadyMs: number }>();
  return {
    add(id: string): void {
      const now = { wallMs: wall.nowMs(), steadyMs: steady.nowMs() };
      // A Map keeps insertion order, so the oldest come first.
      for (const [old, at] of heard) {
        if (at.wallMs > now.wallMs - MEMORY_MS || at.steadyMs > now.steadyMs - MEMORY_MS) break;
        heard.delete(old);
      }
      heard.delete(id);
      heard.set(id, now);
    },
    has: (id: string): boolean => heard.has(id),
  };
}
