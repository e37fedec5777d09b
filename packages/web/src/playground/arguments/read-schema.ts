import type { JsonSchema } from '../../api/playground.ts';
import { isObject } from '../../is-object.ts';

/** What a field of a form asks for. What no form can ask for is `json`. */
export type FieldKind =
  | { readonly kind: 'text'; readonly isLong: boolean }
  | { readonly kind: 'number'; readonly isInteger: boolean }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly (string | number | boolean | null)[] }
  | { readonly kind: 'list'; readonly item: JsonSchema }
  | { readonly kind: 'group'; readonly fields: readonly Field[] }
  | { readonly kind: 'json' };

export interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

const DEPTH_MAX = 4;
const FIELDS_MAX = 100;
const CHOICES_MAX = 200;
const LONG_CHARACTERS = 200;

/** `root` has the definitions that `$ref` leads to. */
export function kindOf(written: JsonSchema, root: JsonSchema, depth = 0): FieldKind {
  const schema = resolved(written, root);
  const values = choicesOf(schema);
  if (values !== undefined) return { kind: 'choice', values };
  if (schema['anyOf'] !== undefined || schema['oneOf'] !== undefined || schema['allOf'] !== undefined)
    return JSON_FIELD;
  switch (typeOf(schema)) {
    case 'string':
      return { kind: 'text', isLong: Number(schema['maxLength'] ?? 0) > LONG_CHARACTERS };
    case 'integer':
      return { kind: 'number', isInteger: true };
    case 'number':
      return { kind: 'number', isInteger: false };
    case 'boolean':
      return { kind: 'boolean' };
    case 'array': {
      const item = schema['items'];
      return isObject(item) && depth < DEPTH_MAX ? { kind: 'list', item } : JSON_FIELD;
    }
    case 'object': {
      const fields = fieldsOf(schema);
      return fields.length > 0 && depth < DEPTH_MAX ? { kind: 'group', fields } : JSON_FIELD;
    }
    case undefined:
    default:
      return JSON_FIELD;
  }
}

/** Required ones first, as the schema has them otherwise. */
export function fieldsOf(written: JsonSchema, root: JsonSchema = written): Field[] {
  const schema = resolved(written, root);
  const { properties } = schema;
  if (!isObject(properties)) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = Object.entries(properties).flatMap(([name, field]): Field[] =>
    isObject(field) ? [{ name, schema: field, isRequired: required.includes(name) }] : [],
  );
  if (fields.length > FIELDS_MAX) return [];
  return [
    ...fields.filter(({ isRequired }) => isRequired),
    ...fields.filter(({ isRequired }) => !isRequired),
  ];
}

export function descriptionOf(written: JsonSchema, root: JsonSchema): string | undefined {
  const { description } = resolved(written, root);
  return typeof description === 'string' && description !== '' ? description : undefined;
}

/** What the field is filled with where it is left empty. */
export function defaultOf(written: JsonSchema, root: JsonSchema): string | undefined {
  const value = resolved(written, root)['default'];
  return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
}

const JSON_FIELD: FieldKind = { kind: 'json' };

function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let found = schema;
  for (let hops = 0; hops < DEPTH_MAX && typeof found['$ref'] === 'string'; hops += 1) {
    const name = /^#\/\$defs\/([^/]+)$/.exec(found['$ref'])?.[1];
    const definitions = root['$defs'];
    const definition = name !== undefined && isObject(definitions) ? definitions[name] : undefined;
    if (!isObject(definition)) return {};
    found = definition;
  }
  return found;
}

function choicesOf(schema: JsonSchema): readonly (string | number | boolean | null)[] | undefined {
  const given = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(given) || given.length === 0 || given.length > CHOICES_MAX) return undefined;
  const plain = given.filter(
    (value): value is string | number | boolean | null => value === null || typeof value !== 'object',
  );
  return plain.length === given.length ? plain : undefined;
}

/** The one type beside null; undefined: there are several, or none. */
function typeOf(schema: JsonSchema): string | undefined {
  const { type } = schema;
  const types = (Array.isArray(type) ? type : [type]).filter((one) => one !== 'null');
  const [only] = types;
  return types.length === 1 && typeof only === 'string' ? only : undefined;
}
