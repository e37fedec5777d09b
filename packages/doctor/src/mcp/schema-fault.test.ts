import { expect, test } from 'vitest';
import type { JsonObject } from '../http/json.ts';
import { schemaFault } from './schema-fault.ts';

const BROKEN = { type: 'text' };

test.each<[JsonObject, string]>([
  [{ type: 'text' }, 'type "text"'],
  [{ type: ['string', 7] }, 'type ["string",7]'],
  [{ required: 'name' }, 'required is no list of names'],
  [{ required: ['name', 7] }, 'required is no list of names'],
  [{ properties: ['name'] }, 'properties is no object'],
  [{ enum: 'a' }, 'enum is no list'],
  [
    { $ref: 'https://schemas.example/thing' },
    '$ref to https://schemas.example/thing, which no client fetches',
  ],
  [{ $ref: '#/$defs/gone' }, '$ref to #/$defs/gone, which leads nowhere'],
  [{ $ref: '#/toString' }, '$ref to #/toString, which leads nowhere'],
  [{ items: 'string' }, 'a schema that is neither an object nor true or false'],
  ...['properties', '$defs', 'definitions', 'patternProperties'].map((name): [JsonObject, string] => [
    { [name]: { a: BROKEN } },
    'type "text"',
  ]),
  ...['anyOf', 'oneOf', 'allOf', 'prefixItems'].map((name): [JsonObject, string] => [
    { [name]: [true, BROKEN] },
    'type "text"',
  ]),
  ...['items', 'additionalProperties', 'not'].map((name): [JsonObject, string] => [
    { [name]: BROKEN },
    'type "text"',
  ]),
])('%j: %s', (schema, fault) => {
  expect(schemaFault(schema)).toBe(fault);
});

test.each<JsonObject>([
  {},
  { type: ['string', 'null'], enum: ['a', null] },
  { type: 'object', required: ['a'], properties: { a: true }, additionalProperties: false },
  { $defs: { 'a/b ~c': { type: 'string' } }, properties: { a: { $ref: '#/$defs/a~1b%20~0c' } } },
  { properties: { a: { $ref: '#' } } },
])('%j is one', (schema) => {
  expect(schemaFault(schema)).toBeUndefined();
});
