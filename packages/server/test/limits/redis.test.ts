import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Log } from '../../src/kernel/log.ts';
import { createLimiter, type LimitAsk, type LimitPolicy } from '../../src/limits/limiter.ts';
import { createRedisBuckets } from '../../src/limits/redis-buckets.ts';
import { createSharedLimiter } from '../../src/limits/shared-limiter.ts';
import { hasRedis, NO_REDIS, PASSWORD, startRedis, type RunningRedis } from '../support/redis.ts';

const KEY = new Uint8Array(32).fill(7);
const IS_HERE = hasRedis();
let redis: RunningRedis;

beforeAll(async () => {
  if (IS_HERE) redis = await startRedis();
});
afterAll(async () => {
  if (IS_HERE) await redis.close();
});
beforeEach(({ skip }) => {
  if (!IS_HERE) skip(NO_REDIS);
});

function heldClock() {
  let nowMs = 1_800_000_000_000;
  return { clock: { nowMs: () => nowMs }, pass: (ms: number) => void (nowMs += ms) };
}

let names = 0;
const newName = () => `key:key_${(names += 1)}`;

/** What has another's time stays for good: it is not where everything is to end. */
const heldDatabase = () => redis.url.replace(/\/0$/, '/1');

/** As one node has it. */
function openBuckets(clock?: { nowMs: () => number }) {
  const buckets = createRedisBuckets({
    url: clock === undefined ? redis.url : heldDatabase(),
    key: KEY,
    clock,
  });
  onTestFinished(() => buckets.close());
  return buckets;
}

/** Asks until the connection is there. */
async function ready(buckets: ReturnType<typeof openBuckets>) {
  await vi.waitFor(
    () => buckets.takeInTurn([{ bucket: newName(), policy: { limit: 1, windowSeconds: 1 } }]),
    {
      timeout: 20_000,
    },
  );
  return buckets;
}

async function keysOf(): Promise<Redis> {
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  return client;
}

interface Step {
  readonly afterMs: number;
  readonly policy: LimitPolicy;
}

const POLICY: LimitPolicy = { limit: 6, windowSeconds: 60, burst: 2 };
const TABLE: readonly (readonly [string, readonly Step[]])[] = [
  ['takes until it is empty', [0, 0, 0].map((afterMs) => ({ afterMs, policy: POLICY }))],
  [
    'takes as it fills',
    [0, 0, 9_999, 1, 10_000, 20_000, 0, 0].map((afterMs) => ({ afterMs, policy: POLICY })),
  ],
  ['is full after long', [0, 0, 0, 86_400_000, 0, 0].map((afterMs) => ({ afterMs, policy: POLICY }))],
  [
    'a clock that is set back',
    [0, 0, -30_000, 30_000, 20_000].map((afterMs) => ({ afterMs, policy: POLICY })),
  ],
  [
    'a limit that changes',
    [
      { afterMs: 0, policy: POLICY },
      { afterMs: 0, policy: POLICY },
      { afterMs: 0, policy: { limit: 12, windowSeconds: 60, burst: 4 } },
      { afterMs: 5_000, policy: { limit: 12, windowSeconds: 60, burst: 4 } },
      { afterMs: 0, policy: { limit: 3, windowSeconds: 60 } },
      { afterMs: 40_000, policy: { limit: 3, windowSeconds: 60 } },
    ],
  ],
  [
    'a very large one',
    [0, 0, 1, 1].map((afterMs) => ({ afterMs, policy: { limit: 1_000_000, windowSeconds: 3600, burst: 2 } })),
  ],
];

/** Redis's own time goes on, however little of the held one passes. */
async function passInRedis(client: Redis, ms: number): Promise<void> {
  const nowMs = async () => {
    const [seconds, microseconds] = await client.time();
    return Number(seconds) * 1000 + Number(microseconds) / 1000;
  };
  const untilMs = (await nowMs()) + ms;
  await expect.poll(nowMs, { interval: 1 }).toBeGreaterThan(untilMs);
}

describe('buckets in Redis decide as the local ones do, number for number', () => {
  test.each(TABLE)('%s', async (_what, steps) => {
    const { clock, pass } = heldClock();
    const client = await keysOf();
    const buckets = await ready(openBuckets(clock));
    const local = createLimiter({ clock });
    const bucket = newName();
    for (const { afterMs, policy } of steps) {
      pass(afterMs);
      await passInRedis(client, 10);
      const asks = [{ bucket, policy }];
      expect(await buckets.takeInTurn(asks)).toEqual(local.takeInTurn(asks));
    }
  });

  test('for any policies and any sequence of calls', async () => {
    const policy = fc.record({
      limit: fc.integer({ min: 1, max: 1000 }),
      windowSeconds: fc.integer({ min: 1, max: 3600 }),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    const { clock, pass } = heldClock();
    const buckets = await ready(openBuckets(clock));
    await fc.assert(
      fc.asyncProperty(
        policy,
        policy,
        fc.array(fc.nat(5000), { maxLength: 30 }),
        async (one, all, gapsMs) => {
          const local = createLimiter({ clock });
          const asks: LimitAsk[] = [
            { bucket: newName(), policy: one },
            { bucket: newName(), policy: all },
          ];
          for (const gapMs of gapsMs) {
            pass(gapMs);
            expect(await buckets.takeInTurn(asks)).toEqual(local.takeInTurn(asks));
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('buckets in Redis', () => {
  test('a key that is over its limit takes nothing from the others', async () => {
    const buckets = await ready(openBuckets());
    const key = { bucket: newName(), policy: { limit: 1, windowSeconds: 3600 } };
    const organisation = { bucket: newName(), policy: { limit: 5, windowSeconds: 3600 } };
    for (let call = 0; call < 4; call += 1) await buckets.takeInTurn([key, organisation]);
    const [left] = await buckets.takeInTurn([organisation]);
    expect(left?.remaining).toBe(3);
  });

  test('forget what is full again, and hold no name that is somebody’s', async () => {
    const buckets = await ready(openBuckets());
    const policy = { limit: 2, windowSeconds: 60 };
    await buckets.takeInTurn([{ bucket: 'sign-in:address:203.0.113.9', policy }]);
    await buckets.takeInTurn([{ bucket: 'key:key_seen', policy }]);
    const client = await keysOf();
    const keys = await client.keys('*');
    expect(keys.some((key) => key.endsWith(':key:key_seen'))).toBe(true);
    expect(keys.filter((key) => key.includes(':sign-in:'))).toHaveLength(1);
    for (const key of keys) {
      expect(key).not.toContain('203.0.113.9');
      // -1: it has no end. Of another test it may have ended by now, which is -2.
      expect(await client.pttl(key)).not.toBe(-1);
    }
    for (const key of keys.filter((one) => /:sign-in:|:key:key_seen$/.test(one))) {
      // A full bucket is the same as none: one take of two in a minute is over in half of it.
      expect(await client.pttl(key)).toBeLessThanOrEqual(30_001);
    }
  });

  test('are another service’s where its secret is another', async () => {
    const ours = await ready(openBuckets());
    const theirs = createRedisBuckets({ url: redis.url, key: new Uint8Array(32).fill(8) });
    onTestFinished(() => theirs.close());
    await ready(theirs);
    const asks = [{ bucket: 'key:key_same', policy: { limit: 1, windowSeconds: 3600 } }];
    expect((await ours.takeInTurn(asks))[0]?.allowed).toBe(true);
    expect((await theirs.takeInTurn(asks))[0]?.allowed).toBe(true);
    expect((await ours.takeInTurn(asks))[0]?.allowed).toBe(false);
  });
});

describe('nodes that share limits by Redis', () => {
  const NODES = 2;
  /** So long that the pace adds nothing while a test runs. */
  const HOUR: LimitPolicy = { limit: 40, windowSeconds: 360_000 };

  async function openNode(deadlineMs?: number) {
    const told: { level: string; message: string }[] = [];
    const note = (level: string) => (fields: object, message: string) =>
      void told.push({ level, message: `${message} ${JSON.stringify(fields)}` });
    const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
    const limiter = createSharedLimiter({
      remote: createRedisBuckets({ url: redis.url, key: KEY }),
      local: createLimiter({ clock: { nowMs: () => performance.now() } }),
      nodes: () => NODES,
      log,
      deadlineMs,
    });
    onTestFinished(() => limiter.close());
    await limiter.start();
    return { limiter, told, warnings: () => told.filter(({ level }) => level === 'warn') };
  }

  async function countAllowed(
    nodes: readonly { limiter: { take: TakeOne } }[],
    bucket: string,
    calls: number,
  ) {
    const answers = await Promise.all(
      Array.from({ length: calls }, async (_, call) =>
        nodes[call % nodes.length]?.limiter.take(bucket, HOUR),
      ),
    );
    return answers.filter((decision) => decision?.allowed).length;
  }
  type TakeOne = ReturnType<typeof createSharedLimiter>['take'];

  // Nobody gives up on Redis here because the machine is busy.
  const PATIENT_MS = 20_000;

  test('allow exactly the limit together, however many ask at the same time', async () => {
    const nodes = [await openNode(PATIENT_MS), await openNode(PATIENT_MS)];
    expect(await countAllowed(nodes, newName(), 200)).toBe(HOUR.limit);
    expect(nodes.map(({ limiter }) => limiter.figures.local)).toEqual([0, 0]);
  });

  test('allow their shares while Redis is dead, say so once, and share again once it is back', async () => {
    const nodes = [await openNode(), await openNode()];
    await redis.kill();
    const bucket = newName();
    // All of the limit together, and neither none nor each of them all of it.
    await vi.waitFor(async () => {
      await Promise.all(nodes.map(async ({ limiter }) => limiter.take(newName(), HOUR)));
      expect(nodes.map(({ limiter }) => limiter.isShared())).toEqual([false, false]);
    }, 20_000);
    expect(await countAllowed(nodes, bucket, 200)).toBe(HOUR.limit);
    for (const { told, warnings } of nodes) {
      expect(warnings()).toHaveLength(1);
      expect(JSON.stringify(told)).not.toContain(PASSWORD);
    }
    await redis.startAgain();
    await vi.waitFor(() => expect(nodes.every(({ limiter }) => limiter.isShared())).toBe(true), {
      timeout: 20_000,
    });
    for (const { warnings } of nodes) expect(warnings()).toHaveLength(1);
  });

  test('wait for a Redis that hangs no longer than the deadline, and not once they know', async () => {
    const node = await openNode();
    redis.freeze();
    try {
      const taken = await node.limiter.take(newName(), HOUR);
      expect(taken.allowed).toBe(true);
      expect(node.limiter.isShared()).toBe(false);
      // From its share, at once: the answer is no promise.
      const next = node.limiter.take(newName(), HOUR);
      expect(next).toMatchObject({ allowed: true, limit: HOUR.limit / NODES });
    } finally {
      redis.thaw();
    }
    await vi.waitFor(() => expect(node.limiter.isShared()).toBe(true), { timeout: 20_000 });
  });

  test('begin without Redis, and come to it', async () => {
    await redis.kill();
    const node = await openNode();
    expect(node.limiter.isShared()).toBe(false);
    expect(node.warnings()).toHaveLength(1);
    expect(node.limiter.take(newName(), HOUR)).toMatchObject({ allowed: true });
    await redis.startAgain();
    await vi.waitFor(() => expect(node.limiter.isShared()).toBe(true), { timeout: 20_000 });
  });

  test('go on when Redis forgot the script', async () => {
    const node = await openNode(PATIENT_MS);
    await (await keysOf()).script('FLUSH');
    await node.limiter.take(newName(), HOUR);
    expect(node.limiter.isShared()).toBe(true);
    expect(node.limiter.figures.failures).toBe(0);
  });
});
