import { burstOf, type LimitPolicy } from './limiter.ts';

/** What is left of a limit for one of so many nodes that cannot ask each other: an even share of its pace and of its burst. */
export function shareOf(policy: LimitPolicy, nodes: number): LimitPolicy {
  if (nodes <= 1) return policy;
  const { limit, windowSeconds } = policy;
  // The window grows instead of the limit getting smaller: so the share is exact, for a limit below the number of nodes too.
  return {
    limit,
    windowSeconds: windowSeconds * nodes,
    burst: Math.max(1, Math.floor(burstOf(policy) / nodes)),
  };
}
