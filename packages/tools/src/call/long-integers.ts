import { randomUUID } from 'node:crypto';
import { isObject, own, setOwn } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { INT64_PATTERN } from './convert.ts';

const MAY_BE_LONG = /"-?\d{16,19}"/;
const LONG = /^-?[1-9]\d{15,18}$/;

type Definitions = Readonly<Record<string, JsonSchema>>;

/**
 * A value as JSON. A 64-bit integer that a number cannot hold came as text, because JavaScript would round it; where
 * the schema has an integer the API gets one, digit by digit.
 */
export function jsonWithIntegers(value: unknown, schema: JsonSchema, definitions: Definitions): string {
  const text = JSON.stringify(value);
  if (!MAY_BE_LONG.test(text)) return text;
  // Nobody who writes the value can know the mark, so nobody's text becomes a number.
  const mark = `integer ${randomUUID()} `;
  const marked = JSON.stringify(markedIn(value, schema, definitions, mark));
  return marked.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

function markedIn(value: unknown, written: JsonSchema, definitions: Definitions, mark: string): unknown {
  const schema = definitionOf(written, definitions) ?? written;
  if (typeof value === 'string') return isLong(schema) && LONG.test(value) ? `${mark}${value}` : value;
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const items = schema.prefixItems?.[index] ?? schema.items;
      return items ? markedIn(item, items, definitions, mark) : (item as unknown);
    });
  }
  return isObject(value) ? fieldsMarkedIn(value, schema, definitions, mark) : value;
}

function fieldsMarkedIn(
  value: JsonObject,
  { properties = {}, additionalProperties }: JsonSchema,
  definitions: Definitions,
  mark: string,
): JsonObject {
  const copy: Record<string, unknown> = {};
  const rest = isObject(additionalProperties) ? (additionalProperties as JsonSchema) : undefined;
  for (const [name, field] of Object.entries(value)) {
    const known = (own(properties, name) as JsonSchema | undefined) ?? rest;
    setOwn(copy, name, known ? markedIn(field, known, definitions, mark) : field);
  }
  return copy;
}

/** Text is one of its types only because a number would not do. */
function isLong({ type, pattern }: JsonSchema): boolean {
  return Array.isArray(type) && type.includes('integer') && pattern === INT64_PATTERN;
}

function definitionOf({ $ref }: JsonSchema, definitions: Definitions): JsonSchema | undefined {
  const name = $ref?.slice('#/$defs/'.length) ?? '';
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}
