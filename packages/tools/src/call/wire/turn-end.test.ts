import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atTurnEnd } from './turn-end.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setImmediate'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('what one turn has is written together, in order', () => {
  const written: number[] = [];
  for (const at of [1, 2, 3]) atTurnEnd(() => void written.push(at));
  expect(written).toEqual([]);
  vi.advanceTimersToNextTimer();
  expect(written).toEqual([1, 2, 3]);
});

test('what is asked for meanwhile has the next turn', () => {
  const written: number[] = [];
  atTurnEnd(() => atTurnEnd(() => void written.push(2)));
  vi.advanceTimersToNextTimer();
  expect(written).toEqual([]);
  vi.advanceTimersToNextTimer();
  expect(written).toEqual([2]);
});

test('one that throws takes nobody with it', () => {
  const written: number[] = [];
  atTurnEnd(() => void written.push(1));
  atTurnEnd(() => {
    throw new Error('boom');
  });
  for (const at of [3, 4]) atTurnEnd(() => void written.push(at));
  expect(() => vi.advanceTimersToNextTimer()).toThrow('boom');
  vi.advanceTimersToNextTimer();
  expect(written).toEqual([1, 3, 4]);
});
