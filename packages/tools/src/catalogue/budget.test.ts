import { expect, test } from 'vitest';
import type { JsonSchema } from '../json.ts';
import { fit, sizeOf } from './budget.ts';
import type { InputSchema } from './types.ts';

function wide(depth: number): JsonSchema {
  if (depth === 0)
    return { type: 'string', description: 'A text that describes the innermost field at some length.' };
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, wide(depth - 1)])) };
}

const input = (properties: Record<string, JsonSchema>, required: string[] = []): InputSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

test('what fits is not touched', () => {
  const schema = input({ a: wide(1) });
  expect(fit(schema, 16_384)).toEqual({ schema, cut: false });
});

test('texts of nested optional fields go before depth does', () => {
  const schema = input({ a: wide(3) });
  const fitted = fit(schema, 10_000);
  expect(fitted?.cut).toBe(true);
  expect(JSON.stringify(fitted?.schema)).not.toContain('innermost');
  expect(fitted?.schema.properties['a']).toHaveProperty(
    'properties.f.properties.f.properties.f.type',
    'string',
  );
});

test('the result is within the bytes, and is no deeper than it must be', () => {
  const fitted = fit(input({ a: wide(5) }), 4_000);
  expect(sizeOf(fitted?.schema)).toBeLessThanOrEqual(4_000);
  expect(fitted?.schema.properties['a']).toHaveProperty(
    'properties.a.properties.a.description',
    'Free-form.',
  );
});

test('an array that is cut keeps its type and accepts any items', () => {
  const schema = input({ a: { type: 'array', items: wide(4) } });
  expect(fit(schema, 150)?.schema.properties['a']).toEqual({
    type: 'array',
    items: { type: 'object', description: 'Free-form.' },
  });
  expect(fit(schema, 140)?.schema.properties['a']).toEqual({
    type: 'array',
    items: {},
    description: 'Free-form.',
  });
});

test('when even the names are too much there is no schema', () => {
  expect(
    fit(input(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`name_${i}`, {}]))), 500),
  ).toBeUndefined();
});

test('a list that is cut still says that anything is in it, also where it may be null', () => {
  const list: JsonSchema = { type: ['array', 'null'], items: wide(4) };
  const fitted = fit(input({ a: list }), 150);
  expect(fitted?.schema.properties['a']).toEqual({
    type: ['array', 'null'],
    items: {},
    description: 'Free-form.',
  });
});
