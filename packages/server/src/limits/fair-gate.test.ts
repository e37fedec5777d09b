import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFairGate, type Turn } from './fair-gate.ts';

const LONG_MS = 3_600_000;

/** A gate with one party in, and who was let in after it, in order. */
function busyGate({ waitingMax = 1000, waitMs = LONG_MS } = {}) {
  const gate = createFairGate({ underWayMax: 1, waitingMax, waitMs });
  const turns: string[] = [];
  expect(gate.enter('first')).toBeUndefined();
  return {
    gate,
    turns,
    wait(party: string, signal?: AbortSignal) {
      const turn = gate.enter(party, signal);
      if (turn === undefined) throw new Error('it had not to wait');
      void turn.then((came) => came === 'in' && turns.push(party));
      return turn;
    },
    async serve(times: number) {
      for (let served = 0; served < times; served += 1) {
        gate.leave();
        await Promise.resolve();
      }
    },
  };
}

test('whoever comes while there is a place does not wait, and its place is free again when it leaves', () => {
  const gate = createFairGate({ underWayMax: 2, waitingMax: 0, waitMs: LONG_MS });
  for (let round = 0; round < 3; round += 1) {
    expect([gate.enter('a'), gate.enter('a')]).toEqual([undefined, undefined]);
    expect(gate.figures()).toEqual({ underWay: 2, waiting: 0 });
    gate.leave();
    gate.leave();
  }
  expect(gate.figures()).toEqual({ underWay: 0, waiting: 0 });
});

test('of two hundred that one party has waiting, another’s first is served second', async () => {
  const { gate, serve, turns, wait } = busyGate();
  for (let call = 0; call < 200; call += 1) void wait('noisy');
  for (let call = 0; call < 3; call += 1) void wait('quiet');
  await serve(8);
  expect(turns).toEqual(['noisy', 'quiet', 'noisy', 'quiet', 'noisy', 'quiet', 'noisy', 'noisy']);
  expect(gate.figures()).toEqual({ underWay: 1, waiting: 195 });
});

test('whatever comes in whatever order, parties that wait are served in turn, and each its own in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 }), async (parties) => {
      const { gate, serve, turns, wait } = busyGate();
      for (const party of parties) void wait(party);
      await serve(parties.length);
      expect(turns.toSorted()).toEqual(parties.toSorted());
      // In each round every party that has any left is served once.
      const left = new Map<string, number>();
      for (const party of parties) left.set(party, (left.get(party) ?? 0) + 1);
      for (let at = 0; at < turns.length;) {
        const round = turns.slice(at, at + left.size);
        expect(new Set(round)).toEqual(new Set(left.keys()));
        at += round.length;
        for (const party of round) {
          const more = (left.get(party) ?? 0) - 1;
          if (more > 0) left.set(party, more);
          else left.delete(party);
        }
      }
      gate.leave();
      expect(gate.figures()).toEqual({ underWay: 0, waiting: 0 });
    }),
  );
});

test('where too many wait, the last of the longest queue gives way to who has fewer, and nobody gives way to itself', async () => {
  const { serve, turns, wait } = busyGate({ waitingMax: 3 });
  const [, , last] = [wait('noisy'), wait('noisy'), wait('noisy')];
  expect(await wait('noisy')).toBe('full');
  const quiet = wait('quiet');
  expect(await last).toBe('full');
  await serve(3);
  expect(await quiet).toBe('in');
  expect(turns).toEqual(['noisy', 'quiet', 'noisy']);
});

test('who waits too long is told so, and its place in the queue is gone', async () => {
  const { gate, wait } = busyGate({ waitMs: 1 });
  expect(await wait('a')).toBe('late');
  expect(gate.figures()).toEqual({ underWay: 1, waiting: 0 });
});

test('who goes away while it waits, or before, takes no place', async () => {
  const { gate, serve, turns, wait } = busyGate();
  const caller = new AbortController();
  const gone = wait('a', caller.signal);
  void wait('b');
  caller.abort();
  expect(await gone).toBe('gone' satisfies Turn);
  expect(await wait('a', caller.signal)).toBe('gone');
  await serve(1);
  expect(turns).toEqual(['b']);
  expect(gate.figures()).toEqual({ underWay: 1, waiting: 0 });
});
