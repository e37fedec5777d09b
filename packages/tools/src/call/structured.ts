import type { OutputSchema } from '../catalogue/types.ts';
import { isObject, isOfType, own, setOwn } from '../json.ts';
import type { JsonObject, JsonSchema } from '../json.ts';

/** An answer in the object that the tool's output schema speaks of: see `outputOf`. Decided by the schema alone. */
export function wrapped(schema: OutputSchema, value: unknown): unknown {
  const names = Object.keys(schema.properties);
  const [only] = names.length === 1 ? names : [];
  if (only === 'items' && Array.isArray(value)) return { items: value };
  if (only === 'result' && !isObject(value)) return { result: value };
  return value;
}

/**
 * What of a value the schema admits: all of it, if it is as declared. A field of another type is left out, an item of
 * another type is null, so the rest can still be sent and a client that checks it finds nothing wrong.
 */
export function conforming(schema: OutputSchema, value: unknown): JsonObject {
  if (!isObject(value)) return {};
  const kept = admitted(schema, value);
  return isObject(kept) ? kept : {};
}

const NOT_ADMITTED = Symbol('not admitted');

function admitted(schema: JsonSchema | OutputSchema, value: unknown): unknown {
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  if (types && !types.some((type) => isOfType(value, type))) return NOT_ADMITTED;
  const { items, properties } = schema as JsonSchema;
  if (Array.isArray(value) && items) {
    return value.map((item) => {
      const kept = admitted(items, item);
      return kept === NOT_ADMITTED ? null : kept;
    });
  }
  if (!isObject(value) || properties === undefined) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const declared = own(properties, name) as JsonSchema | undefined;
    const kept = declared === undefined ? field : admitted(declared, field);
    if (kept !== NOT_ADMITTED) setOwn(copy, name, kept);
  }
  return copy;
}
