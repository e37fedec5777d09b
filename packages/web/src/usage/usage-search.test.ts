import { expect, test } from 'vitest';
import { narrowedTo, questionOf, readUsageSearch } from './usage-search.ts';

test.each<[Record<string, unknown>, Record<string, unknown>]>([
  [{}, {}],
  [
    { range: '7d', by: 'person', metric: 'time', view: 'table' },
    { range: '7d', by: 'person', metric: 'time', view: 'table' },
  ],
  [{ range: '1y', by: 'organisation', metric: 'money', view: 'pie', tool: '' }, {}],
  [
    { tool: 'list_bundles', key: 'key_x', other: 'x' },
    { tool: 'list_bundles', key: 'key_x' },
  ],
])('%j in the address is %j', (given, read) => {
  expect(readUsageSearch(given)).toEqual(read);
});

test('the question has what is chosen, and nothing of how it is shown', () => {
  expect(questionOf({})).toEqual({ range: '24h', by: 'tool' });
  const search = { range: '30d', by: 'key', person: 'usr_x', view: 'table', metric: 'time' } as const;
  expect(questionOf(search)).toEqual({ range: '30d', by: 'key', person: 'usr_x' });
  expect(narrowedTo(search)).toEqual([{ by: 'person', id: 'usr_x' }]);
});
