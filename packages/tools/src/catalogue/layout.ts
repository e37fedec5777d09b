import { setOwn } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import type { ApiBody, ApiOperation, ApiParameter } from '../openapi/ir.ts';
import { LIMITS } from '../openapi/limits.ts';
import type { Notes } from '../openapi/notes.ts';
import { clip } from '../openapi/text.ts';
import { assignKeys } from './keys.ts';
import type { BodyBinding, FormArrays, InputSchema, ParameterBinding } from './types.ts';

const FLAT_FIELDS_MAX = 40;

export interface Layout {
  readonly inputSchema: InputSchema;
  readonly parameters: readonly ParameterBinding[];
  readonly body?: BodyBinding;
}

interface Slot {
  readonly name: string;
  readonly identity: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** The layout `flat-safe`: parameters and the fields of a plain body side by side, unless a name would mean two things. */
export function layOut(
  operation: ApiOperation,
  pointer: string,
  notes: Notes,
  formArrays: FormArrays | undefined,
): Layout {
  const parameterNames = nameParameters(operation.parameters, pointer, notes);
  const slots: Slot[] = operation.parameters.map((parameter, index) => ({
    name: parameterNames[index] ?? parameter.name,
    identity: `${parameter.in} ${parameter.name}`,
    schema: parameter.schema,
    required: parameter.required,
  }));
  const { body } = operation;
  const fields = body ? flatFields(body, slots, notes) : undefined;
  const bodySlots = body ? (fields ?? [wholeBody(body, slots)]) : [];
  const all = [...slots, ...bodySlots];
  const keys = assignKeys(all);

  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  all.forEach((slot, index) => {
    const key = keys[index] ?? slot.name;
    setOwn(properties, key, described(slot, apiName(operation, slot, index), key, pointer, notes));
    if (slot.required) required.push(key);
  });
  const bodyKeys = keys.slice(slots.length);
  return {
    inputSchema: {
      type: 'object',
      properties,
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
      ...definitionsOf(operation),
    },
    parameters: operation.parameters.map((parameter, index) => bindParameter(parameter, keys[index] ?? '')),
    ...(body ? { body: bindBody(body, fields, bodyKeys, formArrays) } : {}),
  };
}

function definitionsOf({ definitions = {} }: ApiOperation): Pick<InputSchema, '$defs'> {
  return Object.keys(definitions).length === 0 ? {} : { $defs: definitions };
}

/** One name in two places: the path keeps it, the others say where they go. */
function nameParameters(parameters: readonly ApiParameter[], pointer: string, notes: Notes): string[] {
  const places = new Map<string, Set<string>>();
  for (const { name, in: place } of parameters) {
    const key = name.toLowerCase();
    places.set(key, (places.get(key) ?? new Set()).add(place));
  }
  return parameters.map((parameter) => {
    const clash = (places.get(parameter.name.toLowerCase())?.size ?? 1) > 1;
    if (!clash) return parameter.name;
    notes.warn(
      'LOCATION_CLASH',
      pointer,
      `The name ${parameter.name.slice(0, 64)} is used in several places; each became an argument.`,
    );
    return parameter.in === 'path' ? parameter.name : `${parameter.in}_${parameter.name}`;
  });
}

function flatFields(body: ApiBody, slots: readonly Slot[], notes: Notes): Slot[] | undefined {
  const { schema } = body;
  const names = Object.keys(schema.properties ?? {});
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const closed = schema.additionalProperties === false;
  const plain =
    body.kind !== 'text' &&
    body.kind !== 'binary' &&
    types.every((type) => type === 'object' || type === 'null') &&
    types.includes('object') &&
    (names.length > 0 || closed) &&
    names.length <= FLAT_FIELDS_MAX &&
    (schema.additionalProperties === undefined || closed) &&
    !schema.anyOf &&
    !schema.allOf &&
    !schema.enum &&
    !schema.patternProperties;
  if (!plain) return undefined;
  const taken = new Set(slots.map(({ name }) => name.toLowerCase()));
  if (names.some((name) => taken.has(name.toLowerCase()))) {
    notes.warn(
      'LOCATION_CLASH',
      body.pointer,
      'A field of the body has the name of a parameter; the body is one argument.',
    );
    return undefined;
  }
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    identity: `body ${name}`,
    schema: field,
    // Also where the document forgot to say that the body is required, as most do: a body without them is refused.
    required: schema.required?.includes(name) ?? false,
  }));
}

function wholeBody(body: ApiBody, slots: readonly Slot[]): Slot {
  const taken = slots.some(({ name }) => name.toLowerCase() === 'body');
  const schema: JsonSchema = { ...body.schema };
  schema.description ??= body.description ?? 'The body of the request.';
  if (schema.properties) {
    // One level further down than when the fields are arguments, so less is said about each.
    const properties: Record<string, JsonSchema> = {};
    for (const [name, field] of Object.entries(schema.properties)) {
      const short = field.description && clip(field.description, LIMITS.nestedDescriptionCharacters);
      setOwn(properties, name, short ? { ...field, description: short } : field);
    }
    schema.properties = properties;
  }
  return { name: taken ? 'request_body' : 'body', identity: 'body', schema, required: body.required };
}

function apiName(operation: ApiOperation, slot: Slot, index: number): string {
  return operation.parameters[index]?.name ?? slot.name;
}

function described(slot: Slot, name: string, key: string, pointer: string, notes: Notes): JsonSchema {
  if (key === slot.name) return slot.schema;
  notes.warn(
    'KEY_RENAMED',
    pointer,
    `The argument ${JSON.stringify(name.slice(0, 64))} is called ${key}, because clients refuse its name.`,
  );
  const note = `API name: ${name.replace(/[^\x20-\x7E]/g, '?').slice(0, 80)}.`;
  const { description } = slot.schema;
  return { ...slot.schema, description: description === undefined ? note : `${description} ${note}` };
}

function bindParameter(parameter: ApiParameter, argument: string): ParameterBinding {
  return {
    argument,
    in: parameter.in,
    name: parameter.name,
    style: parameter.style,
    explode: parameter.explode,
    ...(parameter.allowReserved ? { allowReserved: true } : {}),
    ...(parameter.allowEmpty ? { allowEmpty: true } : {}),
    ...(parameter.nested === undefined ? {} : { nested: parameter.nested }),
    ...(parameter.contentType === undefined ? {} : { contentType: parameter.contentType }),
  };
}

function bindBody(
  body: ApiBody,
  fields: readonly Slot[] | undefined,
  keys: readonly string[],
  formArrays: FormArrays | undefined,
): BodyBinding {
  return {
    kind: body.kind,
    contentType: body.contentType,
    ...(body.contentTypes === undefined ? {} : { contentTypes: body.contentTypes }),
    required: body.required,
    layout: fields
      ? { fields: fields.map(({ name }, index) => ({ argument: keys[index] ?? name, name })) }
      : { argument: keys[0] ?? 'body' },
    ...(body.encoding.length > 0 ? { encoding: body.encoding } : {}),
    ...(body.kind === 'form' && formArrays ? { arrays: formArrays } : {}),
  };
}
