import { isObject, setOwn } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import type { OutputSchema } from './types.ts';

const BYTES_MAX = 2 * 1024;
const DEPTH_MAX = 3;

/** What a failed call says of itself: some clients hold that against the output schema too. */
const OF_A_FAILURE = ['status', 'code', 'message', 'request_id', 'retry_after_seconds', 'rate_limit', 'hint'];

/**
 * The output schema of a tool whose successful JSON has this shape: an object, because revisions before 2026-07-28
 * know nothing else; a list is its field `items`, anything else its field `result`. What the fields of our own
 * diagnostics are is left open. Undefined where an answer may be an object as well as something else.
 */
export function outputOf(shape: JsonSchema): OutputSchema | undefined {
  if (!isKnown(shape)) return undefined;
  const wrapper = wrapperOf(shape);
  const root: JsonSchema =
    wrapper === undefined ? shape : { type: ['object', 'null'], properties: { [wrapper]: shape } };
  const properties: Record<string, JsonSchema> = {};
  for (const [name, field] of Object.entries(root.properties ?? {}))
    setOwn(properties, name, OF_A_FAILURE.includes(name) ? {} : field);
  return fitted({ type: 'object', properties });
}

function isKnown({ type }: JsonSchema): boolean {
  const types = type === undefined ? [] : [type].flat().filter((one) => one !== 'null');
  return types.length === 1 || (types.length > 1 && !types.includes('object') && !types.includes('array'));
}

/** Under which field an answer of this shape is put; undefined: it is an object already. */
function wrapperOf({ type }: JsonSchema): 'items' | 'result' | undefined {
  const types = type === undefined ? [] : [type].flat().filter((one) => one !== 'null');
  if (types.length === 1 && types[0] === 'object') return undefined;
  return types.length === 1 && types[0] === 'array' ? 'items' : 'result';
}

function fitted(schema: {
  readonly type: 'object';
  readonly properties: Record<string, JsonSchema>;
}): OutputSchema {
  for (let depth = DEPTH_MAX; depth > 0; depth -= 1) {
    const properties: Record<string, JsonSchema> = {};
    for (const [name, field] of Object.entries(schema.properties))
      setOwn(properties, name, cutAt(field, depth - 1));
    const cut = { type: 'object' as const, properties };
    if (bytesOf(cut) <= BYTES_MAX) return cut;
  }
  const properties: Record<string, JsonSchema> = {};
  for (const [name, field] of Object.entries(schema.properties)) {
    const wider = { ...properties };
    setOwn(wider, name, cutAt(field, 0));
    if (bytesOf({ type: 'object', properties: wider }) > BYTES_MAX) break;
    setOwn(properties, name, cutAt(field, 0));
  }
  return { type: 'object', properties };
}

function cutAt(schema: JsonSchema, depth: number): JsonSchema {
  const { items, properties, ...rest } = schema;
  if (depth <= 0) return rest;
  const below: Record<string, JsonSchema> = {};
  for (const [name, field] of Object.entries(properties ?? {})) setOwn(below, name, cutAt(field, depth - 1));
  return {
    ...rest,
    ...(isObject(properties) ? { properties: below } : {}),
    ...(items === undefined ? {} : { items: cutAt(items, depth - 1) }),
  };
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
