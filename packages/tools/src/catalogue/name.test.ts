import { expect, test } from 'vitest';
import type { OperationHead } from '../openapi/ir.ts';
import { nameOperations, RESERVED_NAMES, snakeCase } from './name.ts';

function head(method: string, path: string, more: Partial<OperationHead> = {}): OperationHead {
  return { method, path, pointer: '', tags: [], deprecated: false, hints: {}, ...more };
}

function names(...heads: OperationHead[]): string[] {
  const named = nameOperations(heads);
  return heads.map((one) => named.get(one)?.name ?? '');
}

test.each([
  ['listUsers', 'list_users'],
  ['repos/get-content', 'repos_get_content'],
  ['GetHTTPServerByID', 'get_http_server_by_id'],
  ['Éclair', 'eclair'],
  ['__proto__', 'proto'],
  ['../../etc/passwd', 'etc_passwd'],
  ['пользователи', ''],
])('%s reads %s', (text, expected) => {
  expect(snakeCase(text)).toBe(expected);
});

test('without an identifier the method and the path give the name', () => {
  expect(names(head('GET', '/users/{id}'), head('POST', '/g/{x}/h/{y}'), head('GET', '/'))).toEqual([
    'get_users_by_id',
    'post_g_by_x_h_by_y',
    'get',
  ]);
});

test('a name does not begin with a digit', () => {
  expect(names(head('GET', '/x', { operationId: '2fa' }))).toEqual(['get_2fa']);
});

test('all that want one name get a hash, in whatever case they ask', () => {
  const heads = ['same', 'Same', 'SAME'].map((operationId, index) =>
    head('GET', `/${index}`, { operationId }),
  );
  const found = names(...heads);
  expect(found.every((name) => /^same_[0-9a-f]{6}$/.test(name))).toBe(true);
  expect(new Set(found).size).toBe(3);
  expect(names(...[...heads].reverse()).reverse()).toEqual(found);
});

test('our own names are not given away', () => {
  const found = names(
    ...RESERVED_NAMES.map((operationId) => head('GET', `/${operationId}`, { operationId })),
  );
  expect(found.filter((name) => RESERVED_NAMES.includes(name))).toEqual([]);
});

test('a name that is made to look like a hashed one stays unique', () => {
  const twins = [head('GET', '/a', { operationId: 'x' }), head('GET', '/b', { operationId: 'x' })];
  const [first] = names(...twins);
  const all = names(...twins, head('GET', '/c', { operationId: first ?? '' }));
  expect(new Set(all).size).toBe(3);
});

test('a long name loses what it can spare, and then its end for a hash', () => {
  const spared = head('GET', '/a', {
    operationId: 'listTheRepositoriesOfAnOrganizationForTheAuthenticatedUser',
  });
  const long = head('GET', '/b', { operationId: `a${'bcdefghij'.repeat(10)}` });
  const [one, other] = names(spared, long);
  expect(one).toBe('list_repos_org_authenticated_user');
  expect(other).toMatch(/^[a-j]{41}_[0-9a-f]{6}$/);
});

test('a name cannot be made to look like one that only a long hash tells apart', () => {
  const twins = [head('GET', '/a', { operationId: 'x' }), head('GET', '/b', { operationId: 'x' })];
  const [first = ''] = names(...twins);
  const [long = ''] = names(...twins, head('GET', '/c', { operationId: first }));
  expect(long).toMatch(/^x_[0-9a-f]{20}$/);
  const all = names(
    ...twins,
    head('GET', '/c', { operationId: first }),
    head('GET', '/d', { operationId: long }),
  );
  expect(new Set(all).size).toBe(4);
});
