import { asObject, type JsonObject } from '../http/json.ts';

const TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);
const DEPTH_MAX = 40;

/** What of a tool's schema is no JSON Schema of 2020-12; undefined if nothing was seen. Not a whole validator. */
export function schemaFault(schema: JsonObject, root: JsonObject = schema, depth = 0): string | undefined {
  if (depth > DEPTH_MAX) return undefined;
  const { type, required, properties, enum: values, $ref: ref } = schema as Record<string, unknown>;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (types.some((one) => typeof one !== 'string' || !TYPES.has(one))) return `type ${JSON.stringify(type)}`;
  if (
    required !== undefined &&
    !(Array.isArray(required) && required.every((one) => typeof one === 'string'))
  ) {
    return 'required is no list of names';
  }
  if (properties !== undefined && asObject(properties) === undefined) return 'properties is no object';
  if (values !== undefined && !Array.isArray(values)) return 'enum is no list';
  if (typeof ref === 'string') {
    const fault = refFault(ref, root);
    if (fault !== undefined) return fault;
  }
  for (const child of childrenOf(schema)) {
    const inner = asObject(child);
    if (inner === undefined) {
      if (typeof child !== 'boolean') return 'a schema that is neither an object nor true or false';
      continue;
    }
    const fault = schemaFault(inner, root, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function childrenOf(schema: JsonObject): unknown[] {
  const maps = ['properties', '$defs', 'definitions', 'patternProperties'];
  const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
  const singles = ['items', 'additionalProperties', 'not'];
  return [
    ...maps.flatMap((name) => Object.values(asObject(schema[name]) ?? {})),
    ...lists.flatMap((name) => (Array.isArray(schema[name]) ? (schema[name] as unknown[]) : [])),
    ...singles.flatMap((name) => (schema[name] === undefined ? [] : [schema[name]])),
  ];
}

function refFault(ref: string, root: JsonObject): string | undefined {
  if (!ref.startsWith('#')) return `$ref to ${ref}, which no client fetches`;
  let current: unknown = root;
  for (const part of ref.slice(1).split('/').slice(1)) {
    const name = safeDecode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    const object = asObject(current);
    current = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
    if (current === undefined) return `$ref to ${ref}, which leads nowhere`;
  }
  return undefined;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
