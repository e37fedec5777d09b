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
    [{ type: ['string', 'integer'] }, 'json'],
    [{ enum: [{ a: 1 }] }, 'json'],
    [{ $ref: '#/$defs/Absent' }, 'json'],
    [{ $ref: 'https://elsewhere.test/schema' }, 'json'],
    [{}, 'json'],
  ])('of %j is a %s', (schema, kind) => {
    expect(kindOf(schema, root).kind).toBe(kind);
  });

  test('is JSON where a schema has no end', () => {
    const endless = { $defs: { Tree: { type: 'array', items: { $ref: '#/$defs/Tree' } } } };
    expect(kindOf({ $ref: '#/$defs/Tree' }, endless, 4).kind).toBe('json');
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
