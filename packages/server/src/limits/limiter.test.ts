import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitHeaders } from './headers.ts';
import { createLimiter, type LimitPolicy } from './limiter.ts';

function heldClock() {
  let nowMs = 1_700_000_000_000;
  return {
    clock: { nowMs: () => nowMs },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

/** The same promise told another way: a bucket that holds up to `burst` and gains `limit` per window, in exact fractions. */
function createReference(policy: LimitPolicy) {
  const unit = BigInt(policy.windowSeconds) * 1000n;
  const full = BigInt(policy.burst ?? policy.limit) * unit;
  let level = full;
  return {
    pass: (ms: number) => {
      const risen = level + BigInt(ms) * BigInt(policy.limit);
      level = risen > full ? full : risen;
    },
    take: () => {
      if (level < unit) return { allowed: false, remaining: 0 };
      level -= unit;
      return { allowed: true, remaining: Number(level / unit) };
    },
  };
}

const policies = fc.record({
  limit: fc.integer({ min: 1, max: 1000 }),
  windowSeconds: fc.integer({ min: 1, max: 3600 }),
  burst: fc.integer({ min: 1, max: 50 }),
});

describe('the limiter', () => {
  test('decides as a bucket that is refilled evenly would, for any policy and any sequence of calls', () => {
    fc.assert(
      fc.property(policies, fc.array(fc.nat(5000), { maxLength: 200 }), (policy, gapsMs) => {
        const time = heldClock();
        const limiter = createLimiter({ clock: time.clock });
        const reference = createReference(policy);
        for (const gapMs of gapsMs) {
          time.pass(gapMs);
          reference.pass(gapMs);
          const { allowed, remaining } = limiter.take('one', policy);
          expect({ allowed, remaining }).toEqual(reference.take());
        }
      }),
    );
  });

  test('a refused caller who waits for Retry-After is served, and one who comes a second early is not', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const time = heldClock();
        const limiter = createLimiter({ clock: time.clock });
        let decision = limiter.take('one', policy);
        while (decision.allowed) decision = limiter.take('one', policy);
        expect(decision.retryAfterSeconds).toBeGreaterThan(0);
        time.pass((decision.retryAfterSeconds - 1) * 1000);
        expect(limiter.take('one', policy).allowed).toBe(false);
        time.pass(1000);
        expect(limiter.take('one', policy).allowed).toBe(true);
      }),
    );
  });

  test('an idle bucket is full again after resetSeconds', () => {
    const time = heldClock();
    const limiter = createLimiter({ clock: time.clock });
    const policy = { limit: 7, windowSeconds: 60, burst: 3 };
    const { resetSeconds } = limiter.take('one', policy);
    time.pass(resetSeconds * 1000);
    expect(limiter.take('one', policy).remaining).toBe(2);
  });

  test('one bucket running dry leaves every other untouched', () => {
    const time = heldClock();
    const limiter = createLimiter({ clock: time.clock });
    const policy = { limit: 2, windowSeconds: 60 };
    limiter.take('a', policy);
    limiter.take('a', policy);
    expect(limiter.take('a', policy).allowed).toBe(false);
    expect(limiter.take('b', policy)).toMatchObject({ allowed: true, remaining: 1 });
  });

  test('buckets that are full again are forgotten', () => {
    const time = heldClock();
    const limiter = createLimiter({ clock: time.clock });
    const policy = { limit: 1, windowSeconds: 1 };
    for (let caller = 0; caller < 1000; caller += 1) limiter.take(`old-${caller}`, policy);
    time.pass(10_000);
    for (let call = 0; call < 1000; call += 1) limiter.take('busy', policy);
    expect(limiter.size()).toBe(1);
  });

  test('never remembers more buckets than it may', () => {
    const time = heldClock();
    const limiter = createLimiter({ clock: time.clock, bucketsMax: 10 });
    for (let caller = 0; caller < 100; caller += 1)
      limiter.take(`caller-${caller}`, { limit: 1, windowSeconds: 60 });
    expect(limiter.size()).toBe(10);
  });

  test('under another limit what was taken takes as long to come back as before', () => {
    const { clock, pass } = heldClock();
    const limiter = createLimiter({ clock });
    const inMinute = (limit: number) => limiter.take('one', { limit, windowSeconds: 60 }).remaining;
    pass(60_000);
    expect(Array.from({ length: 5 }, () => inMinute(10)).at(-1)).toBe(5);
    expect(inMinute(20)).toBe(9);
    expect(inMinute(10)).toBe(3);
  });

  test('a clock that is set back locks nobody out for longer than a window', () => {
    const time = heldClock();
    const limiter = createLimiter({ clock: time.clock });
    const policy = { limit: 10, windowSeconds: 60 };
    limiter.take('one', policy);
    time.pass(-3_600_000);
    expect(limiter.take('one', policy).retryAfterSeconds).toBeLessThanOrEqual(60);
  });
});

describe('limitHeaders', () => {
  const policy = { limit: 100, windowSeconds: 60, burst: 1 };

  test('names each policy and what is left of it', () => {
    const limiter = createLimiter({ clock: heldClock().clock });
    const decision = limiter.take('one', policy);
    expect(limitHeaders([{ name: 'key', policy, decision }])).toEqual([
      'RateLimit',
      '"key";r=0;t=1',
      'RateLimit-Policy',
      '"key";q=100;w=60',
    ]);
  });

  test('adds Retry-After when a limit refused', () => {
    const limiter = createLimiter({ clock: heldClock().clock });
    limiter.take('one', policy);
    const decision = limiter.take('one', policy);
    expect(limitHeaders([{ name: 'key', policy, decision }])).toContain('Retry-After');
  });

  test('says nothing when no limit was asked', () => {
    expect(limitHeaders([])).toEqual([]);
  });
});
