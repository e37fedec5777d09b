import { expect, test } from 'vitest';
import { readMembersSearch } from './members-search.ts';

test.each([
  [{}, {}],
  [
    { q: 'ada', role: 'owner' },
    { q: 'ada', role: 'owner' },
  ],
  [{ q: '', role: 'root' }, {}],
  [{ q: 7, role: ['owner'] }, {}],
  [{ q: 'x', other: 'y' }, { q: 'x' }],
])('an address with %j asks for %j', (given, wanted) => {
  expect(readMembersSearch(given)).toEqual(wanted);
});
