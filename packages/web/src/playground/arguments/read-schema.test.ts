import { describe, expect, test } from 'vitest';
import { fieldsOf, kindOf } from './read-schema.ts';

const root = { $defs: { City: { type: 'string', enum: ['Rome', 'Oslo'] } } };

describe('a field of the form', () => {
  test.each([
    [{ type: 'string' }, 'text'],
    [{ type: ['string', 'null'] }, 'text'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'boolean' }, 'boolean'],
    [{ enum: ['a', 1, null] }, 'choice'],
    [{ const: 'a' }, 'choice'],
    [{ $ref: '#/$defs/City' }, 'choice'],
    [{ type: 'array', items: { type: 'string' } }, 'list'],
    [{ type: 'object', properties: { a: { type: 'string' } } }, 'group'],
    [{ type: 'object' }, 'json'],
    [{ type: 'array' }, 'json'],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, 'json'],
    [{ type: 'string', anyOf: [{ minLength: 1 }, { pattern: 'x' }] }, 'json'],
    [{ type: 'string', oneOf: [{ minLength: 1 }, { pattern: 'x' }] }, 'json'],
    [{ type: 'object', properties: { a: {} }, allOf: [{ required: ['b'] }] }, 'json'],
    [{ type: ['string', 'integer'] }, 'json'],
    [{ type: 'string', enum: [] }, 'text'],
    [{ type: 'string', enum: Array.from({ length: 201 }, String) }, 'text'],
    [{ $ref: 'x#/$defs/City' }, 'json'],
    [{ $ref: '#/$defs/City/enum' }, 'json'],
    [{ enum: [{ a: 1 }] }, 'json'],
    [{ $ref: '#/$defs/Absent' }, 'json'],
    [{ $ref: 'https://elsewhere.test/schema' }, 'json'],
    [{}, 'json'],
  ])('of %j is a %s', (schema, kind) => {
    expect(kindOf(schema, root).kind).toBe(kind);
  });

  test.each([
    [
      { type: 'string', maxLength: 200 },
      { kind: 'text', isLong: false },
    ],
    [
      { type: 'string', maxLength: 201 },
      { kind: 'text', isLong: true },
    ],
    [{ type: 'integer' }, { kind: 'number', isInteger: true }],
    [{ type: 'number' }, { kind: 'number', isInteger: false }],
  ])('of %j is %j', (schema, kind) => {
    expect(kindOf(schema, root)).toEqual(kind);
  });

  test('is JSON where there are too many fields', () => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, { type: 'string' }]));
    expect(kindOf({ type: 'object', properties: fields(100) }, root).kind).toBe('group');
    expect(kindOf({ type: 'object', properties: fields(101) }, root).kind).toBe('json');
  });

  test('is JSON where a schema has no end', () => {
    const endless = { $defs: { Tree: { type: 'array', items: { $ref: '#/$defs/Tree' } } } };
    expect(kindOf({ $ref: '#/$defs/Tree' }, endless, 3).kind).toBe('list');
    expect(kindOf({ $ref: '#/$defs/Tree' }, endless, 4).kind).toBe('json');
    expect(kindOf({ $ref: '#/$defs/Loop' }, { $defs: { Loop: { $ref: '#/$defs/Loop' } } }).kind).toBe('json');
  });

  test('that is required comes first', () => {
    const schema = {
      required: ['b'],
      properties: { a: { type: 'string' }, b: { type: 'string' }, c: true },
    };
    expect(fieldsOf(schema).map(({ isRequired, name }) => [name, isRequired])).toEqual([
      ['b', true],
      ['a', false],
    ]);
  });
});
