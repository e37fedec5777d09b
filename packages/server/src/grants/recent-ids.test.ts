import { expect, test } from 'vitest';
import { CHANGE_MEMORY_SECONDS } from './change-feed.ts';
import { createRecentIds } from './recent-ids.ts';

const MEMORY_MS = CHANGE_MEMORY_SECONDS * 1000;

function atClocks() {
  const clocks = { wallMs: 1_800_000_000_000, steadyMs: 1000 };
  const ids = createRecentIds({ nowMs: () => clocks.wallMs }, { nowMs: () => clocks.steadyMs });
  const pass = (milliseconds: number) => {
    clocks.wallMs += milliseconds;
    clocks.steadyMs += milliseconds;
  };
  return { clocks, ids, pass };
}

test('an id is forgotten when its time has passed, and not before', () => {
  const { ids, pass } = atClocks();
  ids.add('one');
  pass(MEMORY_MS - 1);
  ids.add('two');
  expect(ids.has('one')).toBe(true);
  pass(1);
  ids.add('three');
  expect(ids.has('one')).toBe(false);
  expect(ids.has('two')).toBe(true);
});

test('a clock that goes ahead and back makes nothing that was revoked good again', () => {
  const { clocks, ids } = atClocks();
  ids.add('revoked');
  clocks.wallMs += 2 * MEMORY_MS;
  ids.add('revoked meanwhile');
  clocks.wallMs -= 2 * MEMORY_MS;
  ids.add('revoked after');
  expect(ids.has('revoked')).toBe(true);
});

test('a clock that was set back, by which tokens are good for longer, does not shorten the memory', () => {
  const { clocks, ids, pass } = atClocks();
  ids.add('revoked');
  clocks.wallMs -= MEMORY_MS;
  pass(MEMORY_MS);
  ids.add('another');
  expect(ids.has('revoked')).toBe(true);
  pass(MEMORY_MS);
  ids.add('a third');
  expect(ids.has('revoked')).toBe(false);
});
