import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splicedList } from './spliced-list.ts';

interface Listed {
  result: { tools: unknown[] };
}
const read = (json: string) => JSON.parse(json) as Listed & Record<string, unknown>;

test('what stays of a list is as it was written', () => {
  const kept = '{ "name" : "a", "max":18446744073709551615, "half": 1.50, "text":"]},\\"{[", "n":null }';
  const json = ` { "jsonrpc":"2.0","result" :{"tools":[ ${kept} ,{"name":"b"}, 5 ], "nextCursor":"x"}, "id":1} `;
  const before = read(json);
  const after = { ...before, result: { ...before.result, tools: [before.result.tools[0], { name: 'c' }] } };
  const spliced = splicedList(json, before, after);
  expect(spliced).toBe(`{"jsonrpc":"2.0","id":1,"result":{"nextCursor":"x","tools":[${kept},{"name":"c"}]}}`);
});

test('of two members of one name the last counts, as when it was read', () => {
  const json = '{"result":{"tools":[1]},"result":{"tools":[{"a":1}],"tools":[{"b":2},{"c":3}]}}';
  const before = read(json);
  const after = { ...before, result: { tools: before.result.tools.slice(1) } };
  expect(splicedList(json, before, after)).toBe('{"result":{"tools":[{"c":3}]}}');
});

test('what is no list of tools is left to others', () => {
  const before = { result: { content: [] } };
  expect(splicedList(JSON.stringify(before), before, before)).toBeUndefined();
});

test('whatever is in it, it says what was to be said', () => {
  const spaces = fc.constantFrom(undefined, 1, '\t');
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.jsonValue(), spaces, fc.nat(), (tools, other, indent, seed) => {
      const json = JSON.stringify({ other, result: { other, tools, more: [other] } }, undefined, indent);
      const before = read(json);
      const shown = before.result.tools.filter((_, index) => (seed >> (index % 30)) % 2 === 0);
      const after = { ...before, result: { ...before.result, tools: shown } };
      expect(JSON.parse(splicedList(json, before, after) ?? '')).toEqual(JSON.parse(JSON.stringify(after)));
    }),
  );
});
