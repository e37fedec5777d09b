import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventLog } from './event-log.ts';

const KB = 1024;
const setUp = ({ bytesMax = 64 * KB, total = 1024 * KB } = {}) => {
  const budget = { bytes: 0, bytesMax: total };
  return { budget, log: createEventLog(budget, bytesMax) };
};
const datas = (found: ReturnType<ReturnType<typeof createEventLog>['after']>) =>
  found?.events.map(({ data }) => data);

test('who lost a connection hears what came on the same track since, in order, and nothing of another', () => {
  const { log } = setUp();
  const first = log.add(1, 'a');
  log.add(2, 'other');
  log.add(1, 'b');
  const last = log.add(1, 'c');
  expect(datas(log.after(first.id))).toEqual(['b', 'c']);
  expect(datas(log.after(last.id))).toEqual([]);
  expect(datas(log.after('1-0'))).toEqual(['a', 'b', 'c']);
  expect(log.after(log.endOf(1))).toEqual({ track: 1, events: [] });
});

test.each(['', 'x', '1', '1-', '-1', '1-2-3', '1-1e3', '1--1', ' 1-0', '1-0\n', '9999999999999-0', '1-99'])(
  'what nobody was told as an id says nothing: %j',
  (id) => {
    const { log } = setUp();
    log.add(1, 'a');
    expect(log.after(id)).toBeUndefined();
  },
);

describe('what is kept is bounded', () => {
  test('by the bytes of a session: the oldest goes, and who misses some of it is told so', () => {
    const { budget, log } = setUp({ bytesMax: 10 * KB });
    const quiet = log.add(7, 'quiet');
    const first = log.add(1, 'x'.repeat(4 * KB));
    const second = log.add(1, 'y'.repeat(4 * KB));
    log.add(1, 'z'.repeat(4 * KB));
    expect(log.after('1-0')).toBeUndefined();
    expect(log.after(first.id)?.events).toHaveLength(2);
    expect(log.after(second.id)?.events).toHaveLength(1);
    // On a track of which nothing more was said, nothing is missed.
    expect(log.after(quiet.id)?.events).toEqual([]);
    expect(budget.bytes).toBe(8 * KB);
  });

  test('but the latest stays however large it is: it may be all that somebody waits for', () => {
    const { log } = setUp({ bytesMax: KB });
    log.add(1, 'a');
    log.add(1, 'x'.repeat(20 * KB));
    expect(log.after('1-1')?.events).toHaveLength(1);
  });

  test('by the bytes of all sessions together, and what ends gives its own back', () => {
    const budget = { bytes: 0, bytesMax: 10 * KB };
    const logs = Array.from({ length: 5 }, () => createEventLog(budget, 64 * KB));
    for (const log of logs) for (let n = 0; n < 4; n += 1) log.add(1, 'x'.repeat(KB));
    expect(budget.bytes).toBeLessThanOrEqual(10 * KB + 5 * KB);
    for (const log of logs) log.clear();
    expect(budget.bytes).toBe(0);
  });

  test('by number, on however many tracks', () => {
    const { log } = setUp();
    for (let track = 1; track <= 2_000; track += 1) log.add(track, 'x');
    expect(log.after('1-0')).toBeUndefined();
    expect(log.after('1999-0')).toBeUndefined();
    expect(log.after('1999-1500')?.events).toHaveLength(1);
  });
});

test('nobody is ever given a part of what came as if it were all', () => {
  const saying = fc.record({
    track: fc.integer({ min: 0, max: 4 }),
    size: fc.integer({ min: 1, max: 3 * KB }),
  });
  fc.assert(
    fc.property(fc.array(saying, { minLength: 1, maxLength: 60 }), (sayings) => {
      const { log } = setUp({ bytesMax: 8 * KB });
      const said = sayings.map(({ size, track }, n) => ({
        track,
        ...log.add(track, `${n} ${'x'.repeat(size)}`),
      }));
      for (const [index, { id, track }] of said.entries()) {
        const found = log.after(id);
        if (found === undefined) continue;
        const later = said.slice(index + 1).filter((one) => one.track === track);
        expect(found.events.map((event) => event.id)).toEqual(later.map((event) => event.id));
      }
    }),
  );
});
