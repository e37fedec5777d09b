import { randomUUID } from 'node:crypto';
import { isObject, own, setOwn } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';
import { fits } from './coerce.ts';
import { INT64_PATTERN, isLongInteger } from './convert.ts';

const MAY_BE_LONG = /"-?\d{16,20}"/;

type Definitions = Readonly<Record<string, JsonSchema>>;

/**
 * A value as JSON. An integer that a number cannot hold came as text, because JavaScript would round it; where the
 * schema has an integer the API gets one, digit by digit.
 */
export function jsonWithIntegers(value: unknown, schema: JsonSchema, definitions: Definitions): string {
  const text = JSON.stringify(value);
  if (!MAY_BE_LONG.test(text)) return text;
  // Nobody who writes the value can know the mark, so nobody's text becomes a number.
  const mark = `integer ${randomUUID()} `;
  const marked = JSON.stringify(markedIn(value, schema, { definitions, mark }));
  return marked.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

interface Marking {
  readonly definitions: Definitions;
  readonly mark: string;
}

function markedIn(value: unknown, written: JsonSchema, marking: Marking): unknown {
  const schema = definitionOf(written, marking.definitions) ?? written;
  if (typeof value === 'string')
    return isLongInteger(value) && wantsInteger(value, schema, marking) ? `${marking.mark}${value}` : value;
  if (typeof value !== 'object' || value === null) return value;
  const branch = schema.anyOf?.find((one) => fits(one, value, marking.definitions));
  return [...(schema.allOf ?? []), ...(branch ? [branch] : [])].reduce<unknown>(
    (whole, part) => markedIn(whole, part, marking),
    partsMarkedIn(value, schema, marking),
  );
}

/** Text is one of its types only because a number would not do. Where a branch takes any text, text is meant. */
function wantsInteger(value: string, written: JsonSchema, marking: Marking): boolean {
  const { definitions } = marking;
  const { allOf = [], anyOf = [], pattern, type } = definitionOf(written, definitions) ?? written;
  const types = [type ?? []].flat();
  if (types.length > 0)
    return types.includes('integer') && (!types.includes('string') || pattern === INT64_PATTERN);
  const branches = anyOf.filter((branch) => fits(branch, value, definitions));
  return (
    (branches.length > 0 && branches.every((branch) => wantsInteger(value, branch, marking))) ||
    allOf.some((part) => wantsInteger(value, part, marking))
  );
}

function partsMarkedIn(value: unknown, schema: JsonSchema, marking: Marking): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const items = schema.prefixItems?.[index] ?? schema.items;
      return items ? markedIn(item, items, marking) : (item as unknown);
    });
  }
  return isObject(value) ? fieldsMarkedIn(value, schema, marking) : value;
}

function fieldsMarkedIn(
  value: JsonObject,
  { properties = {}, additionalProperties }: JsonSchema,
  marking: Marking,
): JsonObject {
  const copy: Record<string, unknown> = {};
  const rest = isObject(additionalProperties) ? (additionalProperties as JsonSchema) : undefined;
  for (const [name, field] of Object.entries(value)) {
    const known = (own(properties, name) as JsonSchema | undefined) ?? rest;
    setOwn(copy, name, known ? markedIn(field, known, marking) : field);
  }
  return copy;
}

function definitionOf({ $ref }: JsonSchema, definitions: Definitions): JsonSchema | undefined {
  const name = $ref?.slice('#/$defs/'.length) ?? '';
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}
