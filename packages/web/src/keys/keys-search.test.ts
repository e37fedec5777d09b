import { expect, test } from 'vitest';
import { readKeysSearch, wantedOf } from './keys-search.ts';

test('reads what it knows from the address and forgets the rest', () => {
  expect(readKeysSearch({ q: 'deploy', show: 'revoked', whose: 'mine', sort: 'used', other: 'x' })).toEqual({
    q: 'deploy',
    show: 'revoked',
    whose: 'mine',
    sort: 'used',
  });
  expect(readKeysSearch({ q: '', show: 'nonsense', whose: 'theirs', sort: 'size' })).toEqual({});
  expect(readKeysSearch({ q: ['a'], show: 1 })).toEqual({});
});

test('asks for the keys that work unless something else is wanted', () => {
  expect(wantedOf({}, true)).toEqual({ status: 'active' });
  expect(wantedOf({ show: 'all', q: 'a', sort: 'name' }, true)).toEqual({ q: 'a', sort: 'name' });
});

test('who sees their own alone asks for no less', () => {
  expect(wantedOf({ whose: 'mine' }, true)).toEqual({ status: 'active', whose: 'mine' });
  expect(wantedOf({ whose: 'mine' }, false)).toEqual({ status: 'active' });
});
