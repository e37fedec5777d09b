// JSON Schema 2020-12 as somebody else wrote it, made into what every client takes: one schema that cannot be read
// makes some of them refuse the whole list.

import { isJsonObject, type JsonObject } from '../kernel/json.ts';

export interface SchemaCares {
  /** A text for readers, cleaned. */
  readonly text: (text: string) => string;
}

const DEPTH_MAX = 24;
const NODES_MAX = 2_000;
const ENUM_MAX = 500;
const TYPES: ReadonlySet<unknown> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
  'null',
]);
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'];
const FLAGS = ['uniqueItems', 'deprecated', 'readOnly', 'writeOnly'];
const TEXTS = ['description', 'title'];
const SCHEMAS = ['items', 'contains', 'propertyNames'];
const LISTS = ['anyOf', 'allOf', 'prefixItems'];
/** What may stand beside a reference without adding to what it forbids. */
const BESIDE: ReadonlySet<string> = new Set(['description', 'title', 'default', 'examples']);

/**
 * The schema with the words that we know, where they are used as the standard says. What is left out only forbids, so
 * that whatever the whole schema admits, the rest admits too: there is no `not` in it, and `oneOf` is `anyOf`. References
 * are replaced by what they lead to, and what contains itself is cut there.
 */
export function readableSchema(source: unknown, { text }: SchemaCares): JsonObject {
  let nodes = 0;

  function read(schema: unknown, depth: number, within: ReadonlySet<string>): JsonObject | boolean {
    if (typeof schema === 'boolean') return schema;
    nodes += 1;
    if (!isJsonObject(schema) || depth > DEPTH_MAX || nodes > NODES_MAX) return {};
    const { $ref: reference } = schema;
    const next = (child: unknown): JsonObject | boolean => read(child, depth + 1, within);
    if (typeof reference !== 'string') return words(schema, next);
    if (within.has(reference)) return words(schema, next);
    const inside = new Set(within).add(reference);
    const target = read(targetOf(source, reference), depth + 1, inside);
    if (typeof target === 'boolean') return target;
    const beside = Object.entries(words(schema, next)).filter(([name]) => BESIDE.has(name));
    return { ...target, ...Object.fromEntries(beside) };
  }

  function words(schema: JsonObject, next: (child: unknown) => JsonObject | boolean): JsonObject {
    const kept: [string, unknown][] = [];
    const keep = (name: string, isRight: (value: unknown) => boolean): void => {
      if (Object.hasOwn(schema, name) && isRight(schema[name])) kept.push([name, schema[name]]);
    };
    keep('type', isType);
    for (const name of TEXTS) if (typeof schema[name] === 'string') kept.push([name, text(schema[name])]);
    keep('enum', (value) => Array.isArray(value) && value.length > 0 && value.length <= ENUM_MAX);
    for (const name of ['const', 'default']) keep(name, () => true);
    keep('examples', Array.isArray);
    keep('format', (value) => typeof value === 'string');
    keep('pattern', isPattern);
    keep('multipleOf', (value) => isNumber(value) && value > 0);
    for (const name of NUMBERS) keep(name, isNumber);
    for (const name of COUNTS)
      keep(name, (value) => Number.isInteger(value) && isNumber(value) && value >= 0);
    for (const name of FLAGS) keep(name, (value) => typeof value === 'boolean');
    keep('x-mcp-header', (value) => typeof value === 'string');
    for (const name of SCHEMAS) if (isSchema(schema[name])) kept.push([name, next(schema[name])]);
    for (const name of LISTS) if (isList(schema[name])) kept.push([name, schema[name].map(next)]);
    if (isList(schema['oneOf']) && schema['anyOf'] === undefined)
      kept.push(['anyOf', schema['oneOf'].map(next)]);
    const { additionalProperties, patternProperties, properties } = schema;
    if (isJsonObject(properties)) kept.push(['properties', mapped(properties, next)]);
    if (isJsonObject(patternProperties) && Object.keys(patternProperties).every(isPattern))
      kept.push(['patternProperties', mapped(patternProperties, next)]);
    // Whatever a pattern that cannot be kept has admitted is nothing additional.
    else if (patternProperties === undefined && isSchema(additionalProperties))
      kept.push(['additionalProperties', next(additionalProperties)]);
    keep('required', (value) => isTexts(value));
    // Some clients refuse a list that does not say what is in it.
    const isBare = [schema['type']].flat().includes('array') && !isList(schema['prefixItems']);
    if (isBare && !isSchema(schema['items'])) kept.push(['items', {}]);
    return Object.fromEntries(kept);
  }

  const found = read(source, 0, new Set());
  return typeof found === 'boolean' ? {} : found;
}

/** Where a reference leads within the schema; whatever lies outside is nothing. */
function targetOf(root: unknown, reference: string): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) return {};
  let found: unknown = root;
  for (const step of reference.split('/').slice(1)) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isJsonObject(found) || !Object.hasOwn(found, key)) return {};
    found = found[key];
  }
  return found;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function mapped(map: JsonObject, change: (child: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, child]) => [key, change(child)]));
}

function isSchema(value: unknown): boolean {
  return isJsonObject(value) || typeof value === 'boolean';
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isType(value: unknown): boolean {
  if (!Array.isArray(value)) return TYPES.has(value);
  return value.length > 0 && new Set(value).size === value.length && value.every((one) => TYPES.has(one));
}

const PATTERN_CHARACTERS_MAX = 500;

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > PATTERN_CHARACTERS_MAX) return false;
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTexts(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one) => typeof one === 'string') &&
    new Set(value).size === value.length
  );
}
