import { describe, expect, test } from 'vitest';
import type { ApiKey } from '../api/types.ts';
import { filterKeys, readKeysSearch } from './keys-search.ts';

const KEY: ApiKey = {
  id: 'key_1',
  name: 'Deploy',
  access: 'read',
  hint: 'lk_live_AbCd…',
  made_by: 'hand',
  holder: 'ada@acme.test',
  client: null,
  status: 'active',
  created_at: '2026-01-01T00:00:00.000Z',
  last_used_at: null,
  expires_at: null,
  revoked_at: null,
};
const KEYS: ApiKey[] = [
  KEY,
  {
    ...KEY,
    id: 'key_2',
    name: 'Claude (MCP connector)',
    client: { name: 'Claude', destination: 'claude.ai' },
  },
  { ...KEY, id: 'key_3', name: 'Old', status: 'expired' },
  { ...KEY, id: 'key_4', name: 'Gone', status: 'revoked' },
];

describe('the list of keys', () => {
  test.each<[Parameters<typeof filterKeys>[1], string[]]>([
    [{}, ['key_1', 'key_2']],
    [{ show: 'ended' }, ['key_3', 'key_4']],
    [{ show: 'all' }, ['key_1', 'key_2', 'key_3', 'key_4']],
    [{ q: ' CLAUDE.ai ' }, ['key_2']],
    [{ q: 'abcd' }, ['key_1', 'key_2']],
    [{ q: 'gone' }, []],
    [{ q: 'gone', show: 'all' }, ['key_4']],
  ])('filtered by %j has %j', (search, ids) => {
    expect(filterKeys(KEYS, search).map(({ id }) => id)).toEqual(ids);
  });

  test('takes from the address only what it knows', () => {
    expect(readKeysSearch({ q: 'x', show: 'ended', other: '1' })).toEqual({ q: 'x', show: 'ended' });
    expect(readKeysSearch({ q: '', show: '<script>' })).toEqual({});
    expect(readKeysSearch({ q: 7, show: ['all'] })).toEqual({});
  });
});
