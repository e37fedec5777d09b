import { expect, test } from 'vitest';
import { digitsAt, keepingDigits, parseKeepingDigits, textWithDigits } from './kept-digits.ts';

const again = (json: string) => textWithDigits(parseKeepingDigits(json));

test.each([
  '{"id":9223372036854775807}',
  '{"id":-9007199254740993,"other":1.5}',
  '[18446744073709551615,[9007199254740992,0]]',
  '{"wei":123456789012345678901234567890}',
  '{"a":{"b":[{"c":9007199254740993}]},"d":9007199254740993}',
  '{"__proto__":{"id":9007199254740993},"constructor":9007199254740993}',
  '{"__proto__":9007199254740993}',
  '{"text":"9007199254740993","quoted":"say \\"9007199254740993\\" 9007199254740993","\\"":9007199254740993}',
  '{"9007199254740993":9007199254740993}',
])('%s is written as it was read', (json) => {
  expect(again(json)).toBe(json);
});

test('what is read is as it always was', () => {
  const json = '{"id":9007199254740993,"list":[9007199254740993,"x"],"__proto__":{"id":9007199254740993}}';
  const read = parseKeepingDigits(json) as object;
  expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(json)));
  expect(Object.keys(read)).toEqual(['id', 'list', '__proto__']);
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});

test('numbers that are no integers stay what they are to JavaScript', () => {
  expect(again('{"x":0.12345678901234567890,"y":1e22,"z":12345678901234567890.5}')).toBe(
    '{"x":0.12345678901234568,"y":1e+22,"z":12345678901234567000}',
  );
});

test('nothing is kept of what JavaScript wrote', () => {
  const value = { edge: 2 ** 53, long: 2 ** 63, list: [-(2 ** 60)], huge: 1e20 };
  expect(parseKeepingDigits(JSON.stringify(value))).toStrictEqual(value);
});

test('a copy has the digits, and what was put in their place is written instead', () => {
  const read = parseKeepingDigits('{"id":9007199254740993,"code":9007199254740993}') as Record<
    string,
    unknown
  >;
  const { code, ...rest } = read;
  expect(code).toBe(9007199254740992);
  expect(textWithDigits({ ...rest, more: 1 })).toBe('{"id":9007199254740993,"more":1}');
  expect(textWithDigits({ ...rest, id: 5 })).toBe('{"id":5}');
  expect(digitsAt(read, 'id')).toBe('9007199254740993');
  expect(digitsAt({ ...read, id: 5 }, 'id')).toBeUndefined();
  const list = parseKeepingDigits('[1,9007199254740993,9007199254740995]') as number[];
  expect(textWithDigits(keepingDigits(list.slice(0, 2), list))).toBe('[1,9007199254740993]');
});

test('no text that a sender writes becomes a number', () => {
  const sent = { id: 'digits 00000000-0000-4000-8000-000000000000 9007199254740993' };
  const json = `{"long":9007199254740993,"sent":${JSON.stringify(sent)}}`;
  expect(again(json)).toBe(json);
});

test('nesting and size end nothing', () => {
  const depth = 200_000;
  const deep = `${'['.repeat(depth)}9007199254740993${']'.repeat(depth)}`;
  expect(parseKeepingDigits(deep)).toBeInstanceOf(Array);
  const wide = (items: number) => `[${'9007199254740993,'.repeat(items)}1]`;
  expect(again(wide(100_000))).toBe(wide(100_000));
  expect(again(wide(100_001))).toBe(JSON.stringify(JSON.parse(wide(100_001))));
});

test('what is no JSON is no value', () => {
  expect(parseKeepingDigits('{"id":9007199254740993')).toBeUndefined();
  expect(parseKeepingDigits('9007199254740993')).toBe(9007199254740992);
});
