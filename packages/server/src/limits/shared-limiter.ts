import { deepestCause } from '../kernel/deepest-cause.ts';
import type { Log } from '../kernel/log.ts';
import type { LimitAsk, LimitDecision, Limiter, LocalLimiter } from './limiter.ts';
import type { RemoteBuckets } from './remote-buckets.ts';
import { shareOf } from './share.ts';
import { withinDeadline } from '../kernel/within-deadline.ts';

/** An answer takes a tenth of a millisecond. Who waits for this long has waited for nothing. */
const DEADLINE_MS = 250;
const PROBE_EVERY_MS = 500;
const START_MS_MAX = 2000;
/** However often it goes and comes. */
const WARN_EVERY_MS = 60_000;
/** What is taken to see whether it is back. */
const PROBE: LimitAsk = { bucket: 'probe:', policy: { limit: 1000, windowSeconds: 1 } };

export interface SharedLimiter extends Limiter {
  /** False: the buckets that all share cannot be reached, and this node gives out its share alone. */
  isShared(): boolean;
  readonly figures: { shared: number; local: number; failures: number };
  /** Waits a moment for the buckets to be reached, and goes on without them. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Limits that hold for all nodes together, as long as what they share can be reached. Once it does not answer in time,
 * nobody waits for it any more: each node gives out its share of every limit from buckets of its own, and looks in the
 * background whether it is back.
 */
export function createSharedLimiter({
  deadlineMs = DEADLINE_MS,
  local,
  log,
  nodes,
  remote,
}: {
  remote: RemoteBuckets;
  local: LocalLimiter;
  /** How many nodes divide a limit among them. */
  nodes: () => number;
  log: Log;
  /** For tests. */
  deadlineMs?: number | undefined;
}): SharedLimiter {
  const figures = { shared: 0, local: 0, failures: 0 };
  let isAway = true;
  let isClosed = false;
  let warnedMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function takeHere(asks: readonly LimitAsk[]): readonly LimitDecision[] {
    figures.local += 1;
    const share = nodes();
    return local.takeInTurn(asks.map(({ bucket, policy }) => ({ bucket, policy: shareOf(policy, share) })));
  }

  async function takeThere(asks: readonly LimitAsk[]): Promise<readonly LimitDecision[]> {
    try {
      const decisions = await withinDeadline(remote.takeInTurn(asks), deadlineMs);
      figures.shared += 1;
      return decisions;
    } catch (error) {
      figures.failures += 1;
      lose(error);
      return takeHere(asks);
    }
  }

  function lose(error: unknown): void {
    if (isAway || isClosed) return;
    isAway = true;
    warn(error);
    probeLater();
  }

  function warn(error: unknown): void {
    const nowMs = performance.now();
    if (nowMs - warnedMs < WARN_EVERY_MS) return;
    warnedMs = nowMs;
    log.warn(
      { error: deepestCause(error).message },
      `${remote.name} does not answer: until it is back, each node allows its share of every limit`,
    );
  }

  function probeLater(): void {
    timer = setTimeout(() => void probe(), PROBE_EVERY_MS).unref();
  }

  async function probe(): Promise<void> {
    try {
      await withinDeadline(remote.takeInTurn([PROBE]), deadlineMs);
    } catch {
      if (!isClosed) probeLater();
      return;
    }
    isAway = false;
    log.info({}, `${remote.name} answers: limits are shared by all nodes again`);
  }

  return {
    figures,
    isShared: () => !isAway,
    size: local.size,
    take(bucket, policy) {
      const taken = isAway ? takeHere([{ bucket, policy }]) : takeThere([{ bucket, policy }]);
      return taken instanceof Promise ? taken.then(only) : only(taken);
    },
    takeInTurn: (asks) => (isAway ? takeHere(asks) : takeThere(asks)),
    async start() {
      const untilMs = performance.now() + START_MS_MAX;
      for (;;) {
        try {
          await withinDeadline(remote.takeInTurn([PROBE]), deadlineMs);
          isAway = false;
          return;
        } catch (error) {
          if (performance.now() < untilMs) {
            await new Promise((resolve) => setTimeout(resolve, 50));
            continue;
          }
          warn(error);
          return probeLater();
        }
      }
    },
    async close() {
      isClosed = true;
      isAway = true;
      clearTimeout(timer);
      await remote.close();
    },
  };
}

function only([decision]: readonly LimitDecision[]): LimitDecision {
  if (decision === undefined) throw new Error('a bucket was asked and did not answer');
  return decision;
}
