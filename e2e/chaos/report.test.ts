import { expect, test } from 'vitest';
import { reportOf, verdictOf } from './report.ts';

const skipped = [{ scenario: { name: 'full-disk', title: 'full disk' }, missing: 'this needs root' }];
const well = { played: ['one', 'two'], skipped: [], faults: [], goals: [] };

test('scenarios that were skipped are said, and are no success where all must be played', () => {
  expect(verdictOf(well, true)).toEqual({ line: 'All held in 2 scenarios.', status: 0 });
  const some = { ...well, skipped };
  const line = 'All held in 2 scenarios. 1 SKIPPED: full-disk.';
  expect(verdictOf(some, false)).toEqual({ line, status: 0 });
  expect(verdictOf(some, true)).toEqual({ line, status: 1 });
  expect(reportOf([], skipped, 'A machine.')).toContain('**full disk**: SKIPPED: this needs root.');
});

test('a run in which nothing was played never succeeds', () => {
  const none = { ...well, played: [] };
  expect(verdictOf(none, false)).toEqual({ line: 'Nothing was played.', status: 1 });
  expect(verdictOf({ ...none, skipped }, false)).toEqual({
    line: 'Nothing was played. 1 SKIPPED: full-disk.',
    status: 1,
  });
});

test('what did not hold weighs more than a goal of time that was missed', () => {
  expect(verdictOf({ ...well, goals: ['late'] }, true).status).toBe(3);
  expect(verdictOf({ ...well, faults: ['lost'], goals: ['late'] }, true)).toEqual({
    line: '1 things did not hold.',
    status: 1,
  });
});
