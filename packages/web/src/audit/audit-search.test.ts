import { expect, test } from 'vitest';
import { filterOf, fromField, isFiltered, readAuditSearch, toField } from './audit-search.ts';

test.each<[Record<string, unknown>, Record<string, unknown>]>([
  [{}, {}],
  [
    { who: 'ada', what: 'grant.*', other: 'x' },
    { who: 'ada', what: 'grant.*' },
  ],
  [{ result: 'perhaps', since: '2y', intents: 'yes' }, {}],
  [
    { result: 'failed', since: '7d', intents: '1' },
    { result: 'failed', since: '7d', intents: '1' },
  ],
  [{ from: 'yesterday', to: '2026-03-01T10:00:00+02:00' }, { to: '2026-03-01T08:00:00.000Z' }],
  [{ since: '1h', from: '2026-03-01T10:00:00Z' }, { since: '1h' }],
  [{ who: 'x'.repeat(300) }, { who: 'x'.repeat(200) }],
])('%j in the address is %j', (given, read) => {
  expect(readAuditSearch(given)).toEqual(read);
});

test('what the API is asked for stays the same for a minute', () => {
  const minute = Date.parse('2026-03-01T10:05:00Z');
  const asked = { from: '2026-03-01T09:05:00.000Z', actor: 'ada', intents: 'false' };
  expect(filterOf({ since: '1h', who: 'ada' }, minute)).toEqual(asked);
  expect(filterOf({ since: '1h', who: 'ada' }, minute + 59_999)).toEqual(asked);
  expect(filterOf({ intents: '1' }, minute)).toEqual({});
});

test('to see announcements, too, leaves nothing out', () => {
  expect([isFiltered({}), isFiltered({ intents: '1' }), isFiltered({ who: 'a' })]).toEqual([
    false,
    false,
    true,
  ]);
});

test('a moment comes back from the field that it was put into, to the minute', () => {
  expect(fromField(toField('2026-03-01T08:30:00.000Z'))).toBe('2026-03-01T08:30:00.000Z');
  expect([toField(undefined), fromField(''), fromField('x')]).toEqual(['', undefined, undefined]);
});
