import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InputSchema } from '../catalogue/types.ts';
import type { JsonSchema } from '../json.ts';
import { coerceArguments } from './coerce.ts';
import type { ArgumentFault } from './types.ts';

function coerced(schema: JsonSchema, value: unknown): { value: unknown; faults: string[] } {
  const input: InputSchema = { type: 'object', properties: { a: schema }, additionalProperties: false };
  const faults: ArgumentFault[] = [];
  const args = coerceArguments(input, { a: value }, faults);
  return { value: args['a'], faults: faults.map(({ field, message }) => `${field} ${message}`) };
}

const list: JsonSchema = { type: 'array', items: { type: 'integer' } };
const object: JsonSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

test.each<[string, JsonSchema, unknown, unknown]>([
  ['digits as an integer', { type: 'integer' }, '5', 5],
  ['a whole number with a fraction as an integer', { type: 'integer' }, '5.0', 5],
  ['a number', { type: 'number' }, '-1.5e3', -1500],
  ['true', { type: 'boolean' }, 'true', true],
  ['a number as text', { type: 'string' }, 5, '5'],
  ['digits as text', { type: 'string' }, '5', '5'],
  ['JSON text as text where text is allowed', { type: ['string', 'object'] }, '{"n":1}', '{"n":1}'],
  ['JSON text as an object', object, '{"n":1}', { n: 1 }],
  ['JSON text in JSON text', object, JSON.stringify(JSON.stringify('{"n":"1"}')), { n: 1 }],
  ['JSON text as a list', list, '[1,"2"]', [1, 2]],
  ['one value as a list', list, 7, [7]],
  ['one text as a list', { type: 'array', items: { type: 'string' } }, 'x', ['x']],
  ['one object as a list', { type: 'array', items: object }, { n: 1 }, [{ n: 1 }]],
  ['a 64-bit number that fits', { type: ['integer', 'string'], pattern: '^-?[0-9]+$' }, '12', 12],
  [
    'a 64-bit number that does not fit',
    { type: ['integer', 'string'], pattern: '^-?[0-9]+$' },
    '9007199254740993',
    '9007199254740993',
  ],
  [
    'the digits of an integer that no number keeps',
    { type: 'integer' },
    '9007199254740993',
    '9007199254740993',
  ],
  ['as many as 64 bits have', { type: 'integer' }, '18446744073709551615', '18446744073709551615'],
  ['a large number that is no integer', { type: 'number' }, 1e300, 1e300],
  ['null as no argument', { type: 'string' }, null, undefined],
  ['null as null where it means something', { type: ['string', 'null'] }, null, null],
  ['the text of a value of an enum', { enum: [1, 2] }, '2', 2],
  [
    'digits as text where a union allows text',
    { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    '5',
    '5',
  ],
  [
    'digits as a number where a union does not',
    { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
    '5',
    5,
  ],
  ['what is unknown in an open object', { type: 'object' }, { x: [1] }, { x: [1] }],
  [
    'what is unknown, as its schema wants it',
    { type: 'object', additionalProperties: { type: 'integer' } },
    { x: '5' },
    { x: 5 },
  ],
  [
    'what is unknown as it is, where a pattern of names may fit it',
    { type: 'object', patternProperties: { '^x': {} }, additionalProperties: { type: 'integer' } },
    { x: 'y', z: '5' },
    { x: 'y', z: '5' },
  ],
  ['an object of an enum', { enum: [{ x: 1 }, { x: 2 }] }, { x: 2 }, { x: 2 }],
  ['null of an enum', { enum: ['x', null] }, null, null],
  ['null where a branch takes it', { anyOf: [{ type: 'string' }, { type: 'null' }] }, null, null],
  ['null where no branch takes it, as no argument', { anyOf: [{ type: 'string' }] }, null, undefined],
  ['an argument without a value', { type: 'string' }, undefined, undefined],
])('%s', (_, schema, given, expected) => {
  expect(coerced(schema, given)).toEqual({ value: expected, faults: [] });
});

test.each<[JsonSchema, unknown, string]>([
  [{ type: 'integer' }, 'five', 'a must be an integer'],
  [{ type: 'integer' }, 1.5, 'a must be an integer'],
  [{ type: 'integer' }, '99999999999999999999', 'a must be an integer'],
  [{ type: 'integer' }, 2 ** 53, 'a has more digits than a number keeps; give it as text'],
  [
    { type: ['integer', 'string'], pattern: '^-?[0-9]+$' },
    -(2 ** 53),
    'a has more digits than a number keeps; give it as text',
  ],
  [{ type: 'string' }, 2 ** 53, 'a must be text'],
  [{ type: 'number' }, '0x10', 'a must be a number'],
  [{ type: 'boolean' }, 'yes', 'a must be true or false'],
  [{ type: ['string', 'null'] }, {}, 'a must be text or null'],
  [list, ['x'], 'a[0] must be an integer'],
  [{ type: 'object', additionalProperties: { type: 'integer' } }, { x: 'y' }, 'a.x must be an integer'],
  [object, {}, 'a.n is required'],
  [{ ...object, additionalProperties: false }, { n: 1, m: 2 }, 'a.m is not known; allowed: n'],
  [{ enum: ['x', 'y'] }, 'z', 'a must be one of "x", "y"'],
  [{ type: 'object', properties: {}, required: ['q'] }, '{}', 'a.q is required'],
])('%j refuses %j', (schema, given, expected) => {
  expect(coerced(schema, given).faults).toEqual([expected]);
});

test.each<[JsonSchema, unknown, unknown, string]>([
  [{ type: 'integer', minimum: 1 }, 1, 0, 'a must be at least 1'],
  [{ type: 'integer', maximum: 9 }, 9, 10, 'a must be at most 9'],
  [{ type: 'number', exclusiveMinimum: 1 }, 1.5, 1, 'a must be more than 1'],
  [{ type: 'number', exclusiveMaximum: 9 }, 8.5, 9, 'a must be less than 9'],
  [{ type: 'string', minLength: 2 }, 'ab', 'a', 'a must have at least 2 characters'],
  [{ type: 'string', maxLength: 2 }, 'ab', 'abc', 'a must have at most 2 characters'],
  [{ ...list, minItems: 1 }, [1], [], 'a must have at least 1 items'],
  [{ ...list, maxItems: 1 }, [1], [1, 2], 'a must have at most 1 items'],
])('%j takes %j and refuses %j', (schema, taken, refused, fault) => {
  expect(coerced(schema, taken)).toEqual({ value: taken, faults: [] });
  expect(coerced(schema, refused).faults).toEqual([fault]);
});

test('what stands beside a reference counts as well', () => {
  const input: InputSchema = {
    type: 'object',
    properties: { a: { $ref: '#/$defs/Count', maximum: 3 } },
    additionalProperties: false,
    $defs: { Count: { type: 'integer' } },
  };
  const faults: ArgumentFault[] = [];
  expect(coerceArguments(input, { a: '3' }, faults)).toEqual({ a: 3 });
  expect(faults).toEqual([]);
  coerceArguments(input, { a: 4 }, faults);
  expect(faults).toEqual([{ field: 'a', message: 'must be at most 3' }]);
});

test('arguments that are JSON text are what it says', () => {
  const input: InputSchema = {
    type: 'object',
    properties: { a: { type: 'integer' } },
    additionalProperties: false,
  };
  const faults: ArgumentFault[] = [];
  expect(coerceArguments(input, '{"a":"5"}', faults)).toEqual({ a: 5 });
  expect(faults).toEqual([]);
});

test('characters are counted as people count them', () => {
  expect(coerced({ type: 'string', maxLength: 2 }, '😀😀').faults).toEqual([]);
  expect(coerced({ type: 'string', minLength: 2 }, '😀').faults).toHaveLength(1);
});

test('the closest branch of a union says what is wrong', () => {
  const branch = (tag: string, field: string): JsonSchema => ({
    type: 'object',
    properties: { kind: { const: tag }, [field]: { type: 'integer' } },
    required: ['kind', field],
  });
  const { faults } = coerced(
    { anyOf: [branch('cat', 'lives'), branch('dog', 'walks')] },
    { kind: 'dog', walks: 'many' },
  );
  expect(faults).toEqual(['a fits none of the 2 shapes that are allowed', 'a.walks must be an integer']);
});

test('a pattern of the document is never run on an argument', () => {
  expect(coerced({ type: 'string', pattern: '^a$' }, 'b').faults).toEqual([]);
});

test('faults are few, however many fields are wrong', () => {
  expect(
    coerced(
      list,
      Array.from({ length: 1_000 }, () => 'x'),
    ).faults,
  ).toHaveLength(20);
});

test('an argument cannot reach a prototype', () => {
  const { value } = coerced({ type: 'object' }, JSON.parse('{"__proto__":{"polluted":true}}'));
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(Object.prototype).not.toHaveProperty('polluted');
});

test('a value that is sent as JSON text arrives as the value', () => {
  const anything = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(anything, (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      expect(coerced({ type: 'object' }, JSON.stringify(value))).toEqual({ value: plain, faults: [] });
    }),
  );
});
