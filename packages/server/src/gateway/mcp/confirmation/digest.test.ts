import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf } from './digest.ts';

/** As it comes from a message. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test.each([
  ['the order of keys', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
  ['how a number is written', '{"a":1.0}', '{"a":1}'],
  ['how a character is written', '{"a":"\\u0041"}', '{"a":"A"}'],
  ['white space', '{ "a" : [ 1 ] }', '{"a":[1]}'],
])('%s makes no difference', (_, left, right) => {
  expect(digestOf(JSON.parse(left))).toBe(digestOf(JSON.parse(right)));
});

test.each([
  ['a number and its text', '{"a":1}', '{"a":"1"}'],
  ['null and nothing', '{"a":null}', '{}'],
  ['null and its text', '{"a":null}', '{"a":"null"}'],
  ['null and a number beyond all', '{"a":null}', '{"a":1e999}'],
  ['a number beyond all and the least', '{"a":1e999}', '{"a":-1e999}'],
  ['a list and an object of its places', '{"a":["x"]}', '{"a":{"0":"x"}}'],
  ['an empty list and an empty object', '{"a":[]}', '{"a":{}}'],
  ['the order of a list', '{"a":[1,2]}', '{"a":[2,1]}'],
  ['one list and two', '{"a":[1,2]}', '{"a":[[1],2]}'],
  ['what is in a value and what is beside it', '{"a":"b\\",\\"c\\":\\"d"}', '{"a":"b","c":"d"}'],
  ['a key and a part of it', '{"ab":"c"}', '{"a":"bc"}'],
  ['a prototype and none', '{"__proto__":{"a":1}}', '{}'],
  ['a prototype and its keys', '{"__proto__":{"a":1}}', '{"a":1}'],
  ['one accent and another', '{"a":"\\u00e9"}', '{"a":"e\\u0301"}'],
  ['one half of a character and the other', '{"a":"\\ud800"}', '{"a":"\\ud801"}'],
])('%s are told apart', (_, left, right) => {
  expect(digestOf(JSON.parse(left))).not.toBe(digestOf(JSON.parse(right)));
});

test('two values have one digest only if they are one value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const isSame = isDeepStrictEqual(plain(left), plain(right));
      expect(digestOf({ a: left }) === digestOf({ a: right })).toBe(isSame);
      expect(digestOf({ a: left })).toBe(digestOf({ a: plain(left) }));
    }),
  );
});

test('what is nested without end is refused and exhausts nothing', () => {
  const deep = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  expect(() => digestOf(deep)).toThrow('nested too deeply');
});
