import { expect, test } from 'vitest';
import type { UsageCounts } from '../api/usage.ts';
import {
  busiestOf,
  errorClassesInWords,
  errorsOf,
  groupName,
  shareInWords,
  stepInWords,
  timeInWords,
} from './usage-words.ts';

const counts = (more: Partial<UsageCounts>): UsageCounts => ({
  calls: 0,
  refused: 0,
  limited: 0,
  client_errors: 0,
  server_errors: 0,
  failed: 0,
  p50_ms: null,
  p95_ms: null,
  ...more,
});

test.each<[number | null, string]>([
  [null, '–'],
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1234, '1.2 s'],
  [120_000, '120 s'],
])('%s ms is "%s"', (ms, words) => {
  expect(timeInWords(ms)).toBe(words);
});

test('what was not done is added up, and told apart', () => {
  const some = counts({ calls: 20, refused: 2, server_errors: 1, failed: 1 });
  expect(errorsOf(some)).toBe(4);
  expect(errorClassesInWords(some)).toBe(
    '2 refused by Latchkey, 1 failed in the API (5xx), 1 without an answer',
  );
  expect(errorClassesInWords(counts({}))).toBe('');
  expect([shareInWords(4, 20), shareInWords(0, 0)]).toEqual(['20%', '0%']);
});

test('a group without a name is called what it is', () => {
  expect(groupName('client', { id: '', name: null, action: 'tool.call' })).toBe('No app (an API key)');
  expect(groupName('tool', { id: '', name: '', action: 'resource.read' })).toBe('Resources read');
  expect(groupName('key', { id: 'key_x', name: null, action: 'tool.call' })).toBe('key_x');
  expect(groupName('person', { id: 'usr_x', name: 'a@b.test', action: 'tool.call' })).toBe('a@b.test');
});

test('the busiest step is the one with most calls, and none where there were none', () => {
  const step = (at: string, calls: number) => ({ at, ...counts({ calls }) });
  expect(busiestOf([step('a', 1), step('b', 3), step('c', 2)])?.at).toBe('b');
  expect(busiestOf([step('a', 0)])).toBeUndefined();
});

test('a day is one of UTC, wherever the reader is', () => {
  expect(stepInWords('2026-03-01T00:00:00Z', 86_400)).toBe('1 Mar 2026');
});
