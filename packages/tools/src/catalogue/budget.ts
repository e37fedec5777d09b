import { mayBe, setOwn } from '../json.ts';
import type { JsonSchema } from '../json.ts';
import { clip } from '../openapi/text.ts';
import type { InputSchema } from './types.ts';

export interface Fitted {
  readonly schema: InputSchema;
  /** Something was left out. */
  readonly cut: boolean;
}

const DEPTHS = [1, 2, 3, 4, 5, 6, 8];

/**
 * The input schema within `bytesMax` bytes of JSON, or undefined if even its skeleton is larger. What goes first
 * is what a caller misses least: texts of nested optional fields, then depth, then texts of optional arguments.
 */
export function fit(schema: InputSchema, bytesMax: number): Fitted | undefined {
  if (sizeOf(schema) <= bytesMax) return { schema, cut: false };
  const terse = mapArguments(withoutDefinitions(schema), (argument) => withoutNestedTexts(argument));
  if (sizeOf(terse) <= bytesMax) return { schema: terse, cut: true };
  let deepest: InputSchema | undefined;
  // From the top, so that a schema of a million nodes costs what is kept of it.
  for (const depth of DEPTHS) {
    const shallow = mapArguments(terse, (argument) => cutBelow(argument, depth));
    if (sizeOf(shallow) > bytesMax) break;
    deepest = shallow;
  }
  if (deepest) return { schema: deepest, cut: true };
  const optionalBrief = mapArguments(terse, (argument, required) =>
    cutBelow(required ? argument : brief(argument, 80), 1),
  );
  if (sizeOf(optionalBrief) <= bytesMax) return { schema: optionalBrief, cut: true };
  const bare = mapArguments(terse, (argument) => brief(cutBelow(argument, 0), 40));
  return sizeOf(bare) <= bytesMax ? { schema: bare, cut: true } : undefined;
}

export function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Definitions are for clients that have room: what refers to one only says so. */
function withoutDefinitions({ $defs, ...schema }: InputSchema): InputSchema {
  return $defs ? mapArguments(schema, (argument) => withoutReferences(argument)) : schema;
}

function withoutReferences(schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return mapChildren(schema, withoutReferences);
  const { $ref, ...beside } = schema;
  const shape = `Same shape as ${$ref.slice('#/$defs/'.length)}.`;
  return { type: 'object', ...beside, description: shape };
}

function mapArguments(
  schema: InputSchema,
  change: (argument: JsonSchema, required: boolean) => JsonSchema,
): InputSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, argument] of Object.entries(schema.properties)) {
    setOwn(properties, name, change(argument, schema.required?.includes(name) ?? false));
  }
  return { ...schema, properties };
}

function withoutNestedTexts(schema: JsonSchema): JsonSchema {
  return mapChildren(schema, (child, required) => {
    const inner = withoutNestedTexts(child);
    if (required || inner.description === undefined) return inner;
    const { description: _, ...rest } = inner;
    return rest;
  });
}

/** Below `depth` levels anything of the right type is accepted. */
function cutBelow(schema: JsonSchema, depth: number): JsonSchema {
  if (depth > 0) return mapChildren(schema, (child) => cutBelow(child, depth - 1));
  const {
    properties,
    patternProperties,
    additionalProperties,
    required: _,
    items,
    prefixItems,
    anyOf,
    allOf,
    ...kept
  } = schema;
  const level: JsonSchema = kept;
  const deep = properties ?? patternProperties ?? (prefixItems || items || anyOf || allOf);
  if (deep === undefined && typeof additionalProperties !== 'object') return schema;
  if (mayBe(level, 'array')) level.items = {};
  level.description = `${level.description ? `${level.description} ` : ''}Free-form.`;
  return level;
}

function brief(schema: JsonSchema, characters: number): JsonSchema {
  return schema.description === undefined
    ? schema
    : { ...schema, description: clip(schema.description, characters) };
}

function mapChildren(
  schema: JsonSchema,
  change: (child: JsonSchema, required: boolean) => JsonSchema,
): JsonSchema {
  const copy: JsonSchema = { ...schema };
  if (schema.properties) {
    copy.properties = {};
    for (const [name, child] of Object.entries(schema.properties)) {
      setOwn(copy.properties, name, change(child, schema.required?.includes(name) ?? false));
    }
  }
  if (schema.patternProperties) {
    copy.patternProperties = {};
    for (const [name, child] of Object.entries(schema.patternProperties)) {
      setOwn(copy.patternProperties, name, change(child, false));
    }
  }
  if (typeof schema.additionalProperties === 'object') {
    copy.additionalProperties = change(schema.additionalProperties, false);
  }
  if (schema.items) copy.items = change(schema.items, false);
  if (schema.prefixItems) copy.prefixItems = schema.prefixItems.map((child) => change(child, false));
  if (schema.anyOf) copy.anyOf = schema.anyOf.map((child) => change(child, false));
  if (schema.allOf) copy.allOf = schema.allOf.map((child) => change(child, false));
  return copy;
}
