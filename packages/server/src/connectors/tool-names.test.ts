import fc from 'fast-check';
import { RESERVED_NAMES } from '@latchkey/tools';
import { expect, test } from 'vitest';
import { uniqueNames } from './tool-names.ts';

const of = (...tools: [string, string][]) =>
  uniqueNames(tools.map(([connector, name]) => ({ connector, name })));

test('a connector and a tool together never take the name of one of our own tools', () => {
  const both = (name: string) => [
    { connector: 'search', name },
    { connector: 'call-read', name },
    { connector: 'describe', name },
  ];
  for (const name of ['tools', 'tool', 'TOOLS']) {
    const names = uniqueNames(both(name));
    expect(names.filter((one) => RESERVED_NAMES.includes(one.toLowerCase()))).toEqual([]);
    expect(new Set(names).size).toBe(3);
  }
});

test('a name that only one connector has stays as it is', () => {
  expect(of(['crm', 'list_users'], ['ads', 'list_campaigns'])).toEqual(['list_users', 'list_campaigns']);
});

test('a name that two connectors have is prefixed in both, whatever its case', () => {
  expect(of(['crm', 'list_users'], ['my-ads', 'List_Users'])).toEqual([
    'crm_list_users',
    'my_ads_List_Users',
  ]);
});

test('a prefixed name that is taken already gives way too', () => {
  const names = of(['crm', 'list'], ['ads', 'list'], ['web', 'crm_list']);
  expect(new Set(names).size).toBe(3);
  expect(names[1]).toBe('ads_list');
});

test('names are legal, unique ignoring case, and the same in any order', () => {
  const slug = fc.stringMatching(/^[a-z0-9]{1,20}(-[a-z0-9]{1,19})?$/);
  const name = fc.oneof(
    fc.constantFrom('list', 'a_list', 'b_list', 'get'),
    fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/),
  );
  const tools = fc.uniqueArray(
    fc.record({ connector: fc.oneof(fc.constantFrom('a', 'b', 'a-b'), slug), name }),
    {
      selector: (tool) => `${tool.connector} ${tool.name}`,
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(tools, (given) => {
      const names = uniqueNames(given);
      for (const unique of names) expect(unique).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(new Set(names.map((text) => text.toLowerCase())).size).toBe(given.length);
      const reversed = uniqueNames([...given].reverse());
      expect(reversed.reverse()).toEqual(names);
    }),
  );
});
