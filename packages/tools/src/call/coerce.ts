import { isDeepStrictEqual } from 'node:util';
import type { InputSchema } from '../catalogue/types.ts';
import { isObject, setOwn } from '../json.ts';
import type { JsonObject, JsonSchema, JsonType } from '../json.ts';
import { keepingDigits } from '../kept-digits.ts';
import { boundFaults } from './bounds.ts';
import { asType, isLongInteger, isRounded, jsonText, typeOf } from './convert.ts';
import { textOf } from './style.ts';
import type { ArgumentFault } from './types.ts';

const FAULTS_MAX = 20;

/** `strict` only tests; otherwise a value is also made to fit, as far as its meaning is plain. */
interface Pass {
  readonly faults: ArgumentFault[];
  readonly strict: boolean;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/**
 * Arguments as the schema wants them: JSON text becomes what it says, "5" becomes 5, a single value a list where
 * only a list will do, and null for an optional argument is no argument. What cannot be made to fit is a fault.
 */
export function coerceArguments(schema: InputSchema, args: unknown, faults: ArgumentFault[]): JsonObject {
  const given = typeof args === 'string' ? jsonText(args) : (args ?? {});
  if (!isObject(given)) {
    faults.push({ field: '', message: 'The arguments must be an object.' });
    return {};
  }
  try {
    return coerceObject(schema, given, '', { faults, strict: false, definitions: schema.$defs ?? {} });
  } catch (thrown) {
    // A schema that refers to itself follows its value as deep as that goes.
    if (!(thrown instanceof RangeError)) throw thrown;
    faults.push({ field: '', message: 'The arguments are nested too deeply.' });
    return {};
  }
}

/** Whether a value is as the schema wants it, without being made to fit. */
export function fits(
  schema: JsonSchema,
  value: unknown,
  definitions: Readonly<Record<string, JsonSchema>>,
): boolean {
  const faults: ArgumentFault[] = [];
  coerce(schema, value, '', { faults, strict: true, definitions });
  return faults.length === 0;
}

function coerce(schema: JsonSchema, value: unknown, field: string, pass: Pass): unknown {
  if (schema.$ref !== undefined) return coerceReference(schema, value, field, pass);
  const before = pass.faults.length;
  let result = pass.strict ? value : fitted(schema, value);
  const types = typesOf(schema);
  if (types && !types.some((wanted) => isOf(wanted, result))) {
    note(pass, field, `must be ${types.map((wanted) => NAMES[wanted]).join(' or ')}`);
    return result;
  }
  if (isRounded(result) && types?.includes('integer') && !types.includes('number')) {
    note(pass, field, 'has more digits than a number keeps; give it as text');
    return result;
  }
  const values = schema.enum ?? (Object.hasOwn(schema, 'const') ? [schema.const] : undefined);
  if (values && !values.some((one) => one === result || isDeepStrictEqual(one, result))) {
    const same =
      pass.strict || typeof result === 'object'
        ? undefined
        : values.find((one) => textOf(one) === textOf(result));
    if (same === undefined) {
      note(
        pass,
        field,
        `must be one of ${values
          .map((one) => JSON.stringify(one))
          .join(', ')
          .slice(0, 400)}`,
      );
      return result;
    }
    result = same;
  }
  for (const message of boundFaults(schema, result)) note(pass, field, message);
  if (isObject(result)) result = coerceObject(schema, result, field, pass);
  else if (Array.isArray(result)) result = coerceArray(schema, result, field, pass);
  for (const part of schema.allOf ?? []) result = coerce(part, result, field, pass);
  if (schema.anyOf && pass.faults.length === before) result = coerceUnion(schema.anyOf, result, field, pass);
  return result;
}

function coerceObject(
  schema: JsonSchema | InputSchema,
  given: JsonObject,
  field: string,
  pass: Pass,
): JsonObject {
  const properties = schema.properties ?? {};
  // Which names a pattern fits is left to the API, and so is what else there may be.
  const additional = 'patternProperties' in schema ? undefined : schema.additionalProperties;
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const at = below(field, name);
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known) {
      const optional = !schema.required?.includes(name);
      if (value === null && optional && !pass.strict && !allowsNull(known, pass)) continue;
      setOwn(result, name, coerce(known, value, at, pass));
    } else if (isObject(additional)) {
      setOwn(result, name, coerce(additional, value, at, pass));
    } else if (additional === false) {
      note(pass, at, unknownField(Object.keys(properties)));
    } else {
      setOwn(result, name, value);
    }
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(result, name)) note(pass, below(field, name), 'is required');
  }
  return keepingDigits(result, given);
}

function coerceArray(schema: JsonSchema, given: readonly unknown[], field: string, pass: Pass): unknown[] {
  return given.map((item, index) => {
    const itemSchema = schema.prefixItems?.[index] ?? schema.items;
    return itemSchema ? coerce(itemSchema, item, `${field}[${index}]`, pass) : item;
  });
}

/** A branch that fits as it is goes before one that fits after a conversion: "5" stays text where text is allowed. */
function coerceUnion(branches: readonly JsonSchema[], value: unknown, field: string, pass: Pass): unknown {
  if (branches.some((branch) => fits(branch, value, pass.definitions))) return value;
  let closest: ArgumentFault[] | undefined;
  for (const branch of pass.strict ? [] : branches) {
    const faults: ArgumentFault[] = [];
    const result = coerce(branch, value, field, { ...pass, faults, strict: false });
    if (faults.length === 0) return result;
    if (!closest || faults.length < closest.length) closest = faults;
  }
  note(pass, field, `fits none of the ${branches.length} shapes that are allowed`);
  for (const fault of closest ?? []) note(pass, fault.field, fault.message);
  return value;
}

/** What stands beside a reference counts as well: the tag of a branch, say. */
function coerceReference(schema: JsonSchema, value: unknown, field: string, pass: Pass): unknown {
  const { $ref: _, description: __, ...beside } = schema;
  const target = definitionOf(schema, pass);
  const result = target ? coerce(target, value, field, pass) : value;
  return Object.keys(beside).length > 0 ? coerce(beside, result, field, pass) : result;
}

function definitionOf({ $ref }: JsonSchema, { definitions }: Pass): JsonSchema | undefined {
  const name = $ref?.slice('#/$defs/'.length) ?? '';
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}

function isOf(wanted: JsonType, value: unknown): boolean {
  const type = typeOf(value);
  if (wanted === 'integer') return type === 'integer' || isLongInteger(value);
  return wanted === type || (wanted === 'number' && type === 'integer');
}

function fitted(schema: JsonSchema, value: unknown): unknown {
  const types = typesOf(schema);
  return types ? asType(types, value, schema.pattern) : value;
}

function typesOf(schema: JsonSchema): readonly JsonType[] | undefined {
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
}

function allowsNull(written: JsonSchema, pass: Pass): boolean {
  const schema = definitionOf(written, pass) ?? written;
  const types = typesOf(schema);
  if (types) return types.includes('null');
  if (schema.enum) return schema.enum.includes(null);
  return schema.anyOf ? schema.anyOf.some((branch) => allowsNull(branch, pass)) : true;
}

const NAMES: Readonly<Record<JsonType, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

function unknownField(allowed: readonly string[]): string {
  if (allowed.length === 0) return 'is not known; nothing is allowed here';
  const shown = allowed.slice(0, 60).join(', ');
  return `is not known; allowed: ${shown}${allowed.length > 60 ? `, and ${allowed.length - 60} more` : ''}`;
}

function below(field: string, name: string): string {
  const step = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return field === '' ? step : `${field}.${step}`;
}

function note(pass: Pass, field: string, message: string): void {
  if (pass.faults.length < FAULTS_MAX) pass.faults.push({ field, message });
}
