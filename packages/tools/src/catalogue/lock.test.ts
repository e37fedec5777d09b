import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCatalogue } from './compile.ts';
import { lockOf, readLock } from './lock.ts';
import type { NameLock } from './lock.ts';
import { RESERVED_NAMES } from './name.ts';
import type { Catalogue, CompileOptions } from './types.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const NOW = Date.UTC(2026, 0, 10, 12);

/** By path: the operationId of its GET. */
type Operations = Readonly<Record<string, string>>;

function compiled(operations: Operations, options: CompileOptions = {}): Catalogue {
  const paths = Object.fromEntries(
    Object.entries(operations).map(([path, operationId]) => [path, { get: { operationId } }]),
  );
  const result = compileCatalogue(JSON.stringify({ openapi: '3.1.0', info: {}, paths }), options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function locked(operations: Operations, lock?: NameLock, now = NOW) {
  const catalogue = compiled(operations, lock === undefined ? {} : { lock });
  return { catalogue, lock: lockOf(catalogue, lock, now) };
}

/** Every name that a call may use, and the path of the operation that it means. */
function meanings({ tools }: Catalogue): Record<string, string> {
  return Object.fromEntries(
    tools.flatMap(({ aliases = [], binding, name }) => [name, ...aliases].map((one) => [one, binding.path])),
  );
}

const names = ({ tools }: Catalogue): Record<string, string> =>
  Object.fromEntries(tools.map(({ binding, name }) => [binding.path, name]));

test('when an operationId changes, the former name goes on meaning the same operation', () => {
  const before = locked({ '/users/{id}': 'getUser', '/orders': 'listOrders' });
  const after = locked({ '/users/{id}': 'fetchUser', '/orders': 'listOrders' }, before.lock);
  expect(after.catalogue.tools.map(({ aliases, name }) => [name, aliases])).toEqual([
    ['fetch_user', ['get_user']],
    ['list_orders', undefined],
  ]);
  expect(after.lock.names['GET /users/{id}']).toEqual({
    name: 'fetch_user',
    former: { get_user: '2026-04-11' },
  });
});

test('a former name is accepted for 90 days at least, and then given up', () => {
  const before = locked({ '/a': 'one' });
  const { lock } = locked({ '/a': 'two' }, before.lock);
  const read = (days: number) => {
    const live = readLock(JSON.stringify(lock), NOW + days * DAY_MS);
    if (!live.ok) throw new Error(live.error);
    return meanings(locked({ '/a': 'two' }, live.value, NOW + days * DAY_MS).catalogue);
  };
  expect(read(90)).toEqual({ two: '/a', one: '/a' });
  expect(read(92)).toEqual({ two: '/a' });
  const again = locked({ '/a': 'two' }, lock, NOW + 30 * DAY_MS);
  expect(again.lock).toEqual(lock);
});

test('an operation that another one joins under its name keeps it', () => {
  const before = locked({ '/a': 'same' });
  const after = locked({ '/0': 'same', '/a': 'same' }, before.lock);
  expect(names(after.catalogue)).toEqual({ '/a': 'same', '/0': expect.stringMatching(/^same_[0-9a-f]{6}$/) });
  const back = locked({ '/0': 'same' }, after.lock);
  expect(names(back.catalogue)['/0']).toBe(names(after.catalogue)['/0']);
});

test('a name that another operation had lately is not given away', () => {
  const before = locked({ '/a': 'one', '/b': 'two' });
  const after = locked({ '/a': 'two', '/b': 'one' }, before.lock);
  expect(meanings(after.catalogue)).toMatchObject({ one: '/a', two: '/b' });
  expect(names(after.catalogue)).toEqual({
    '/a': expect.stringMatching(/^two_[0-9a-f]{6}$/),
    '/b': expect.stringMatching(/^one_[0-9a-f]{6}$/),
  });
  const returned = locked({ '/a': 'one', '/b': 'two' }, after.lock);
  expect(meanings(returned.catalogue)).toMatchObject({ one: '/a', two: '/b' });
});

test('an operation that is away for a while comes back with its names', () => {
  const first = locked({ '/a': 'one', '/b': 'b' });
  const second = locked({ '/a': 'two', '/b': 'b' }, first.lock);
  const away = locked({ '/b': 'b' }, second.lock);
  expect(away.lock.names['GET /a']?.gone).toBe('2026-04-11');
  const back = locked({ '/a': 'two', '/b': 'b' }, away.lock);
  expect(meanings(back.catalogue)).toEqual({ two: '/a', one: '/a', b: '/b' });
  expect(back.lock).toEqual(second.lock);
});

test('a lock that was edited by hand cannot give a name twice, nor one of ours', () => {
  const own = (name: string) => ({ name, former: { old: '2030-01-01', search_tools: '2030-01-01' } });
  const lock: NameLock = { version: 1, names: { 'GET /a': own('same'), 'GET /b': own('same') } };
  const catalogue = compiled({ '/a': 'same', '/b': 'same', '/c': 'c' }, { lock });
  const accepted = catalogue.tools.flatMap(({ aliases = [], name }) => [name, ...aliases]);
  expect(new Set(accepted).size).toBe(accepted.length);
  expect(accepted.filter((name) => RESERVED_NAMES.includes(name))).toEqual([]);
  expect(accepted).not.toContain('old');
});

test.each([
  ['not JSON', '{', 'not valid JSON'],
  ['no lock', '[]', '"version": 1'],
  ['another version', '{"version": 2, "names": {}}', '"version": 1'],
  ['a name that no tool can have', '{"version": 1, "names": {"GET /a": {"name": "A b"}}}', '"GET /a"'],
  ['a day that is none', '{"version": 1, "names": {"GET /a": {"name": "a", "gone": "soon"}}}', '"GET /a"'],
])('%s is refused with a sentence', (_, text, said) => {
  expect(readLock(text, NOW)).toMatchObject({ ok: false, error: expect.stringContaining(said) as string });
});

const operationId = fc.oneof(
  fc.constantFrom('same', 'Same', 'getUser', 'search_tools', 'x_0123456789abcdef0123', ''),
  fc.string({ maxLength: 60 }),
);
const operationsOf = fc.dictionary(fc.stringMatching(/^\/[a-z]{1,3}$/), operationId, {
  maxKeys: 12,
  noNullPrototype: true,
});

test('names do not change when paths are shuffled', () => {
  fc.assert(
    fc.property(operationsOf, fc.infiniteStream(fc.nat()), (operations, keys) => {
      const shuffled = Object.entries(operations)
        .map((entry) => [keys.next().value ?? 0, entry] as const)
        .sort(([a], [b]) => a - b)
        .map(([, entry]) => entry);
      expect(compiled(Object.fromEntries(shuffled)).hash).toBe(compiled(operations).hash);
    }),
    { numRuns: 60 },
  );
});

test('names do not change when operations are added that ask for others', () => {
  fc.assert(
    fc.property(operationsOf, operationsOf, (operations, added) => {
      const before = names(compiled(operations));
      const fresh = Object.entries(added).map(([path], index) => [`/new${path}`, `added_${index}`]);
      const after = names(compiled({ ...operations, ...(Object.fromEntries(fresh) as Operations) }));
      expect(after).toMatchObject(before);
    }),
    { numRuns: 60 },
  );
});

test('with a lock names do not change whichever operations are added', () => {
  fc.assert(
    fc.property(operationsOf, operationsOf, (operations, added) => {
      const { catalogue, lock } = locked(operations);
      const after = locked({ ...added, ...operations }, lock);
      expect(names(after.catalogue)).toMatchObject(names(catalogue));
    }),
    { numRuns: 60 },
  );
});

test('with a lock every name goes on meaning its operation, however often operationIds change', () => {
  fc.assert(
    fc.property(fc.array(operationsOf, { minLength: 1, maxLength: 5 }), (versions) => {
      const paths = Object.keys(versions[0] ?? {});
      const given = new Map<string, string>();
      let lock: NameLock | undefined;
      for (const [index, version] of versions.entries()) {
        const ids = Object.values(version);
        const operations = Object.fromEntries(
          paths.map((path, at) => [path, version[path] ?? ids[at % ids.length] ?? `v${index}`]),
        );
        const next = locked(operations, lock, NOW + index * DAY_MS);
        lock = next.lock;
        const means = meanings(next.catalogue);
        for (const [name, path] of given) expect([name, means[name]]).toEqual([name, path]);
        for (const [name, path] of Object.entries(means)) given.set(name, path);
        const accepted = next.catalogue.tools.flatMap(({ aliases = [], name }) => [name, ...aliases]);
        expect(new Set(accepted).size).toBe(accepted.length);
      }
    }),
    { numRuns: 100 },
  );
});
