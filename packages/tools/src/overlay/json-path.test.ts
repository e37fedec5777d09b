import { expect, test } from 'vitest';
import { parseJsonPath } from './json-path.ts';
import { BudgetSpent, selectNodes } from './select-nodes.ts';

const STORE = {
  o: { j: 1, k: { x: 2, 'y-z': [3, 4] } },
  a: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  list: [
    { n: 'one', d: true, deep: { v: 1 } },
    { n: 'two', d: false, v: null },
    { n: "it's", count: 3 },
  ],
  'with space': { "quo'te": 'yes', '/a/{b}': { get: {} } },
};

function select(path: string, root: unknown = STORE): unknown[] {
  const query = parseJsonPath(path);
  if (!query.ok) throw new Error(query.error);
  return selectNodes(root, query.value, { nodes: 100_000 }).map(({ value }) => value);
}

test.each<[string, unknown[]]>([
  ['$', [STORE]],
  ['$.o.j', [1]],
  ['$.o.k.y-z[0]', [3]],
  ["$['o']['j','k']", [1, STORE.o.k]],
  ['$["with space"]["quo\'te"]', ['yes']],
  [String.raw`$['with space']['quo\'te']`, ['yes']],
  [String.raw`$['\u006f'].j`, [1]],
  ["$['with space']['/a/{b}'].get", [{}]],
  ['$ .o\n.j', [1]],
  ['$.nothing.at.all', []],
  ['$.o.*', [1, STORE.o.k]],
  ['$.a[-1]', ['g']],
  ['$.a[7]', []],
  ['$.a[1:3]', ['b', 'c']],
  ['$.a[5:]', ['f', 'g']],
  ['$.a[1:5:2]', ['b', 'd']],
  ['$.a[5:1:-2]', ['f', 'd']],
  ['$.a[::-1]', ['g', 'f', 'e', 'd', 'c', 'b', 'a']],
  ['$.a[-2:]', ['f', 'g']],
  ['$.a[-9:2]', ['a', 'b']],
  ['$.a[9:-9:-3]', ['g', 'd', 'a']],
  ['$.a[0:2:0]', []],
  ['$.a[2:0:0]', []],
  ['$.a[0, -1]', ['a', 'g']],
  ['$..v', [1, null]],
  ['$..[0]', [3, 'a', STORE.list[0]]],
  ['$.list[?@.d==true].n', ['one']],
  ['$.list[?@.d].n', ['one', 'two']],
  ['$.list[?!@.d].n', ["it's"]],
  ['$.list[?@.v==null].n', ['two']],
  ['$.list[?@.d!=true].n', ['two', "it's"]],
  ['$.list[?@.count>=3 || @.n=="one"].n', ['one', "it's"]],
  ['$.list[?(@.count > 1 && @.count < 9) && @.n].n', ["it's"]],
  ['$.list[?@.deep.v == $.o.j].n', ['one']],
  ["$..[?@.n=='two']", [STORE.list[1]]],
])('%s selects as RFC 9535 says', (path, expected) => {
  expect(select(path)).toEqual(expected);
});

test.each([
  ['', 'begins with $'],
  ['paths', 'begins with $'],
  ['$.', 'ends too early'],
  ['$.paths[', 'ends too early'],
  ['$.paths[abc]', 'character 9'],
  ["$['open", 'character 3'],
  ['$.a[?@.x=~"y"]', 'not understood'],
  ['$.a[?length(@.x)>1]', 'The function length() is not supported'],
  ['$.a[?@..x==1]', 'compares single values'],
  ['$.a[01]', 'not understood'],
  [`$.a[?${'!'.repeat(1_000)}@]`, 'nested too deeply'],
  [`$${'.a'.repeat(2_000)}`, 'at most 2000 characters'],
])('%s is refused with a sentence', (path, said) => {
  expect(parseJsonPath(path)).toMatchObject({ ok: false, error: expect.stringContaining(said) as string });
});

test('a name that every object inherits selects nothing', () => {
  for (const name of ['constructor', '__proto__', 'toString']) expect(select(`$.o['${name}']`)).toEqual([]);
  expect(select("$['__proto__'].x", JSON.parse('{"__proto__": {"x": 1}}'))).toEqual([1]);
});

test('a query that looks at too much, or goes round in a circle, ends', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const query = parseJsonPath('$..*..*');
  if (!query.ok) throw new Error(query.error);
  expect(() => selectNodes(circle, query.value, { nodes: 10_000 })).toThrow(BudgetSpent);
});
