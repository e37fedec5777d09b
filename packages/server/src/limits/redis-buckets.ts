import { createHash, createHmac } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import type { Clock } from '../kernel/clock.ts';
import { burstOf, decisionOf, type LimitAsk, type LimitDecision, type LimitPolicy } from './limiter.ts';
import type { RemoteBuckets } from './remote-buckets.ts';
import { TAKE_IN_TURN } from './take-in-turn.ts';

/** A connection on which nothing comes back for so long is given up for another one. */
const SILENCE_MS_MAX = 2000;
const RECONNECT_MS_MAX = 500;
const SHA = createHash('sha1').update(TAKE_IN_TURN).digest('hex');

/**
 * The buckets of all nodes, in Redis or Valkey: the same algorithm as `createLimiter`, in one script, which nothing comes
 * between. The time is Redis's. A bucket that is full again is no more: its key expires then.
 */
export function createRedisBuckets({
  clock,
  key,
  url,
}: {
  url: string;
  /** The same on every node of a service: tells its buckets from another's, and hides names that are somebody's. */
  key: Uint8Array;
  /** For tests: whose time it is instead. */
  clock?: Clock | undefined;
}): RemoteBuckets {
  const redis = new Redis(url, OPTIONS);
  // Why it cannot be reached: a command that fails meanwhile only says that it is not.
  let fault: Error | undefined;
  redis.on('error', (error: NodeJS.ErrnoException) => {
    fault = new Error(error.message === '' ? error.code : error.message);
  });
  redis.on('ready', () => (fault = undefined));
  const keyOf = createKeyOf(key);

  async function run(keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(SHA, keys.length, ...keys, ...args);
    } catch (error) {
      // After its start, or when its scripts were flushed, it does not know ours.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw fault ?? error;
      return redis.eval(TAKE_IN_TURN, keys.length, ...keys, ...args);
    }
  }

  return {
    name: 'Redis',
    async takeInTurn(asks) {
      const args: (string | number)[] = [clock === undefined ? '' : Math.floor(clock.nowMs())];
      for (const { policy } of asks) args.push(policy.limit, policy.windowSeconds * 1000, burstOf(policy));
      return readDecisions(
        asks,
        await run(
          asks.map(({ bucket }) => keyOf(bucket)),
          args,
        ),
      );
    },
    async close() {
      redis.disconnect();
    },
  };
}

const OPTIONS = {
  connectionName: 'latchkey',
  protocol: 2,
  // What cannot be asked now is answered by local buckets now, and not asked later.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  connectTimeout: SILENCE_MS_MAX,
  socketTimeout: SILENCE_MS_MAX,
  disableClientInfo: true,
  retryStrategy: (times: number) => Math.min(50 * times, RECONNECT_MS_MAX),
  // A former primary after a failover: whoever is behind the address now may be the one that takes writes.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

/** What is missing in each bucket that was asked, after it was: allowed or not, and ticks. */
function readDecisions(asks: readonly LimitAsk[], answer: unknown): LimitDecision[] {
  if (!Array.isArray(answer)) throw new Error('Redis answered with something else than what our script says');
  const decisions: LimitDecision[] = [];
  for (let at = 0; at + 1 < answer.length; at += 2)
    decisions.push(decisionOf(policyAt(asks, at / 2), answer[at] === 1, Number(answer[at + 1])));
  return decisions;
}

function policyAt(asks: readonly LimitAsk[], index: number): LimitPolicy {
  const ask = asks[index];
  if (ask === undefined) throw new Error('Redis answered more than it was asked');
  return ask.policy;
}

/**
 * Buckets of keys and organisations are named by our own ids, which tell nobody anything. All others are named by what
 * people bring along, such as their addresses: of that only a keyed hash leaves this process.
 */
function createKeyOf(key: Uint8Array): (bucket: string) => string {
  const service = createHmac('sha256', key).update('service').digest('hex').slice(0, 12);
  const prefix = `latchkey:${service}:`;
  return (bucket) => {
    if (bucket.startsWith('key:') || bucket.startsWith('org:')) return prefix + bucket;
    const end = bucket.indexOf(':');
    const kind = end < 0 ? '' : bucket.slice(0, end + 1);
    const hidden = createHmac('sha256', key).update(bucket).digest('base64url').slice(0, 22);
    return prefix + kind + hidden;
  };
}
