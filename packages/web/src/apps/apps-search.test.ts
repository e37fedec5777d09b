import { expect, test } from 'vitest';
import { readAppsSearch } from './apps-search.ts';

test('reads what it knows from the address and forgets the rest', () => {
  const search = { q: 'a', sort: 'name', came: 'b', came_sort: 'name', rule: 'c' };
  expect(readAppsSearch({ ...search, more: 'd' })).toEqual(search);
  expect(readAppsSearch({ q: '', sort: 'size', came: ['b'], came_sort: 'x', rule: 1 })).toEqual({});
});
