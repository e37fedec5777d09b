import { expect, test } from 'vitest';
import { readAgentsSearch } from './agents-search.ts';

test('reads what it knows from the address and forgets the rest', () => {
  expect(readAgentsSearch({ q: 'nightly', status: 'suspended', sort: 'created', page: '2' })).toEqual({
    q: 'nightly',
    status: 'suspended',
    sort: 'created',
  });
  expect(readAgentsSearch({ q: '', status: 'deleted', sort: 'name' })).toEqual({});
});
