import { expect, test } from 'vitest';
import { changesOf, factsOf, nameInWords } from './changes-of.ts';

test('settings that changed are told apart from those that stayed', () => {
  const detail = {
    from: { name: 'Old', refreshDays: 30 },
    to: { name: 'New', refreshDays: 30 },
    why: 'asked',
  };
  expect(changesOf(detail)).toEqual([{ name: 'name', before: 'Old', after: 'New' }]);
  expect(factsOf(detail)).toEqual([['why', 'asked']]);
});

test.each([
  ['refreshDays', 'refresh days'],
  ['ended_connections', 'ended connections'],
  ['why', 'why'],
])('%s is written %s', (name, words) => {
  expect(nameInWords(name)).toBe(words);
});

test('a role that changed has no name of its own', () => {
  expect(changesOf({ from: 'admin', to: 'viewer' })).toEqual([
    { name: '', before: 'admin', after: 'viewer' },
  ]);
});

test('a former role alone is no change', () => {
  expect(changesOf({ from: 'admin' })).toEqual([]);
  expect(factsOf({ from: 'admin', list: [1, null], nothing: null })).toEqual([
    ['from', 'admin'],
    ['list', '[1,null]'],
  ]);
  expect([changesOf(null), factsOf(null)]).toEqual([[], []]);
});
