import type { Clock } from '../kernel/clock.ts';
import type { Soon } from '../kernel/soon.ts';

/** So many takes in so many seconds, at an even pace, with `burst` (default: `limit`) of them at once. */
export interface LimitPolicy {
  readonly limit: number;
  readonly windowSeconds: number;
  readonly burst?: number;
}

export interface LimitDecision {
  readonly allowed: boolean;
  /** The most that can be taken at once. */
  readonly limit: number;
  /** How many more could be taken now. */
  readonly remaining: number;
  /** Until all of `limit` can be taken again. */
  readonly resetSeconds: number;
  /** Until one can be taken again; 0 if one could be taken now. */
  readonly retryAfterSeconds: number;
}

export interface LimitAsk {
  readonly bucket: string;
  readonly policy: LimitPolicy;
}

export interface Limiter {
  take(bucket: string, policy: LimitPolicy): Soon<LimitDecision>;
  /**
   * Asks one bucket after the other, and none after the first that refuses: as many decisions as were asked. For all of
   * them together it is one moment, and one question.
   */
  takeInTurn(asks: readonly LimitAsk[]): Soon<readonly LimitDecision[]>;
  /** How many buckets this process remembers. */
  size(): number;
}

/** What answers at once, because all that it knows is here. */
export interface LocalLimiter extends Limiter {
  take(bucket: string, policy: LimitPolicy): LimitDecision;
  takeInTurn(asks: readonly LimitAsk[]): readonly LimitDecision[];
}

interface Bucket {
  /** When the bucket is full again, in ticks. A millisecond has `limit` ticks, so that all arithmetic is in integers. */
  fullAt: number;
  limit: number;
}

const BUCKETS_MAX = 100_000;
const SWEPT_PER_TAKE = 2;

/**
 * The generic cell rate algorithm (GCRA): one number per bucket, the moment at which it is full again. A bucket that is
 * full is the same as none, so it is swept; each take looks at two others, which keeps memory and time bounded.
 */
export function createLimiter({
  clock,
  bucketsMax = BUCKETS_MAX,
}: {
  clock: Clock;
  bucketsMax?: number;
}): LocalLimiter {
  const startMs = clock.nowMs();
  const buckets = new Map<string, Bucket>();
  let cursor = buckets.entries();

  function sweep(nowMs: number): void {
    for (let looked = 0; looked < SWEPT_PER_TAKE; looked += 1) {
      const next = cursor.next();
      if (next.done === true) {
        cursor = buckets.entries();
        return;
      }
      const [name, bucket] = next.value;
      if (bucket.fullAt <= nowMs * bucket.limit) buckets.delete(name);
    }
  }

  function open(name: string, policy: LimitPolicy, nowTicks: number): Bucket {
    const known = buckets.get(name);
    if (known !== undefined) {
      if (known.limit !== policy.limit) {
        known.fullAt = Math.round((known.fullAt / known.limit) * policy.limit);
        known.limit = policy.limit;
      }
      return known;
    }
    if (buckets.size >= bucketsMax) {
      // The oldest is forgotten, which favours its owner: buckets are named by our own keys, so nobody can flood them.
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
    const bucket = { fullAt: nowTicks, limit: policy.limit };
    buckets.set(name, bucket);
    return bucket;
  }

  function take(name: string, policy: LimitPolicy): LimitDecision {
    const nowMs = Math.floor(clock.nowMs() - startMs);
    sweep(nowMs);
    const now = nowMs * policy.limit;
    const ticks = ticksPerTake(policy);
    const capacity = burstOf(policy) * ticks;
    const bucket = open(name, policy, now);

    // A clock that was set back, or a policy made tighter, never makes a bucket emptier than empty.
    const debt = Math.min(Math.max(bucket.fullAt - now, 0), capacity);
    const allowed = debt + ticks <= capacity;
    const debtAfter = allowed ? debt + ticks : debt;
    bucket.fullAt = now + debtAfter;
    return decisionOf(policy, allowed, debtAfter);
  }

  return {
    size: () => buckets.size,
    take,
    takeInTurn(asks) {
      const decisions: LimitDecision[] = [];
      for (const { bucket, policy } of asks) {
        const decision = take(bucket, policy);
        decisions.push(decision);
        if (!decision.allowed) break;
      }
      return decisions;
    },
  };
}

/** What is told of a take, by what is missing in the bucket after it, in ticks. */
export function decisionOf(policy: LimitPolicy, allowed: boolean, debtAfter: number): LimitDecision {
  const ticks = ticksPerTake(policy);
  const burst = burstOf(policy);
  const capacity = burst * ticks;
  const ticksPerSecond = policy.limit * 1000;
  return {
    allowed,
    limit: burst,
    remaining: Math.floor((capacity - debtAfter) / ticks),
    resetSeconds: Math.ceil(debtAfter / ticksPerSecond),
    retryAfterSeconds: allowed ? 0 : Math.ceil((debtAfter + ticks - capacity) / ticksPerSecond),
  };
}

export function burstOf({ burst, limit }: LimitPolicy): number {
  return burst ?? limit;
}

function ticksPerTake({ windowSeconds }: LimitPolicy): number {
  return windowSeconds * 1000;
}
