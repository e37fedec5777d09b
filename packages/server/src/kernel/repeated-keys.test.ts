import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeatsKeys } from './repeated-keys.ts';

test.each([
  ['plain', '{"a":1,"a":2}'],
  ['deep inside', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}'],
  ['with something between', '{"a":{"b":1},"c":[1,{"a":2}],"a":3}'],
  ['spelled with an escape', '{"name":1,"n\\u0061me":2}'],
  ['both spelled with escapes', '{"\\u006eame":1,"n\\u0061me":2}'],
  ['spaces before the colon', '{"a" :1,"a"\n\t :2}'],
  ['empty', '{"":1,"":2}'],
  ['after a value that looks like the end of a string', '{"a":"\\\\","a":1}'],
  ['after an escaped quote', '{"a":"\\"","a":1}'],
  ['of the prototype', '{"__proto__":1,"__proto__":2}'],
])('a key that stands twice is found: %s', (_, json) => {
  JSON.parse(json);
  expect(repeatsKeys(json)).toBe(true);
});

test.each([
  ['in two objects', '[{"a":1},{"a":2}]'],
  ['in an object and one inside it', '{"a":{"a":{"a":1}}}'],
  ['as a value', '{"a":"a","b":"a"}'],
  ['in a list', '{"a":["a","a"]}'],
  ['inside a text', '{"a":"\\"a\\":1,\\"a\\":2"}'],
  ['in another case', '{"a":1,"A":2}'],
  ['as a text alone', '"a"'],
  ['after a text that ends in a slash', '{"a":"\\\\","b":"a"}'],
])('the same word elsewhere is no key that stands twice: %s', (_, json) => {
  JSON.parse(json);
  expect(repeatsKeys(json)).toBe(false);
});

test('what a program writes never repeats a key, and repeats one as soon as an entry is written again', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
      const json = JSON.stringify(object);
      expect(repeatsKeys(json)).toBe(false);
      const [key] = Object.keys(object);
      expect(repeatsKeys(`${json.slice(0, -1)},${JSON.stringify(key)}:0}`)).toBe(true);
    }),
  );
});
