import type { ObjectSchema } from '@latchkey/tools';
import { isJsonObject } from '../kernel/json.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { readableSchema, type SchemaCares } from './foreign-schema.ts';

/** What clients take of one schema; some drop the tool without a word, others all of them. */
const BYTES_MAX = 16 * 1024;
const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;
const DECLARATION = 'x-mcp-header';

type Properties = Record<string, unknown>;

/** The input of a server's tool as every client takes it: a plain object at its root. The failure is a sentence. */
export function readInputSchema(source: unknown, cares: SchemaCares): Result<ObjectSchema, string> {
  if (source !== undefined && !isJsonObject(source)) return fail('Its input schema is no schema.');
  const read = readableSchema(source ?? {}, cares);
  if (read['type'] !== undefined && ![read['type']].flat().includes('object'))
    return fail('Its input is no object.');
  const properties = propertiesOf(read);
  const keys = Object.keys(properties);
  const illegal = keys.find((key) => !KEY.test(key));
  if (illegal !== undefined)
    return fail(`Clients do not take the name of an argument: ${JSON.stringify(illegal.slice(0, 64))}.`);
  const named = requiredOf(read).filter((key) => Object.hasOwn(properties, key));
  const required = [...new Set(named)];
  const { additionalProperties } = read;
  const schema = {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  };
  const smaller = isSmall(schema) ? schema : withoutTexts(schema);
  return isSmall(smaller) ? ok(smaller as ObjectSchema) : fail('Its input schema is larger than 16 KB.');
}

/** Undefined: there is none that every client takes. Then nothing is promised of its results. */
export function readOutputSchema(source: unknown, cares: SchemaCares): ObjectSchema | undefined {
  if (!isJsonObject(source)) return undefined;
  const read = readableSchema(source, cares);
  const hasOneShape = ['anyOf', 'allOf', 'enum', 'const'].every((word) => read[word] === undefined);
  if (read['type'] !== 'object' || !hasOneShape) return undefined;
  const { additionalProperties, properties = {} } = read;
  const required = requiredOf(read);
  const schema = {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  };
  return isSmall(schema) ? (schema as ObjectSchema) : undefined;
}

/** Of the object and of what it is put together from: what two say differently of an argument, neither says. */
function propertiesOf(schema: Readonly<Record<string, unknown>>): Properties {
  const own = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const merged: Properties = { ...own };
  for (const part of partsOf(schema, ['allOf', 'anyOf'])) {
    for (const [name, property] of Object.entries(propertiesOf(part))) {
      if (Object.hasOwn(own, name) || name === '__proto__') continue;
      const isSame =
        !Object.hasOwn(merged, name) || JSON.stringify(merged[name]) === JSON.stringify(property);
      merged[name] = isSame ? property : {};
    }
  }
  return merged;
}

function requiredOf(schema: Readonly<Record<string, unknown>>): string[] {
  const own = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
  return [...own, ...partsOf(schema, ['allOf']).flatMap(requiredOf)];
}

function partsOf(
  schema: Readonly<Record<string, unknown>>,
  words: readonly string[],
): Readonly<Record<string, unknown>>[] {
  return words.flatMap((word) => (Array.isArray(schema[word]) ? schema[word].filter(isJsonObject) : []));
}

function isSmall(schema: object): boolean {
  return Buffer.byteLength(JSON.stringify(schema)) <= BYTES_MAX;
}

/** Without what is only said to readers below the arguments themselves. */
function withoutTexts<T>(value: T, depth = 0): T {
  if (Array.isArray(value)) return value.map((one: unknown) => withoutTexts(one, depth + 1)) as T;
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([name, one]) =>
      !(depth > 2 && ['description', 'title'].includes(name) && typeof one === 'string') &&
      name !== 'examples',
  );
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutTexts(one, depth + 1)])) as T;
}

/** A schema without what is said to clients of the server itself; the same object where there is nothing of it. */
export function withoutHeaders<T extends ObjectSchema>(schema: T): T {
  if (!JSON.stringify(schema).includes(`"${DECLARATION}"`)) return schema;
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === DECLARATION && typeof value === 'string' ? undefined : value,
  ) as T;
}
