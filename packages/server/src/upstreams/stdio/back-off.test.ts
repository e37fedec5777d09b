import { expect, test } from 'vitest';
import { createBackOff } from './back-off.ts';

function setUp() {
  const clock = { now: 0, nowMs: () => clock.now };
  return { clock, backOff: createBackOff(clock) };
}

test('a command that fails again and again waits twice as long each time, and a minute at most', () => {
  const { backOff, clock } = setUp();
  const waits: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    clock.now += 1 + backOff.waitMs('a');
    backOff.failed('a', clock.now);
    waits.push(backOff.waitMs('a'));
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(backOff.waitMs('b')).toBe(0);
});

test('one that has succeeded begins anew', () => {
  const { backOff, clock } = setUp();
  backOff.failed('a', 1);
  backOff.failed('a', 2);
  backOff.succeeded('a');
  expect(backOff.waitMs('a')).toBe(0);
  clock.now = 10;
  backOff.failed('a', 5);
  expect(backOff.waitMs('a')).toBe(1000);
});

test('many that were started together and fail together are one failure', () => {
  const { backOff, clock } = setUp();
  clock.now = 100;
  for (let time = 0; time < 16; time += 1) backOff.failed('a', 50);
  expect(backOff.waitMs('a')).toBe(1000);
});
