import { isJsonObject, type JsonObject } from '../../kernel/json.ts';

const DECLARATION = 'x-mcp-header';
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
const OF_SCHEMAS: ReadonlySet<string> = new Set([
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);
/** What stands in them are values, not schemas. */
const OF_VALUES: ReadonlySet<string> = new Set([
  'default',
  'const',
  'enum',
  'examples',
  'example',
  'required',
]);

/** A parameter that a client repeats in a header, and where it stands in the arguments. */
export interface HeaderDeclaration {
  /** Without `Mcp-Param-`. */
  readonly header: string;
  readonly path: readonly string[];
}

/** The sound ones (MCP 2026-07-28, Streamable HTTP, Custom headers from tool parameters). */
export function headerDeclarations(inputSchema: unknown): readonly HeaderDeclaration[] {
  const found: HeaderDeclaration[] = [];
  collect(inputSchema, [], found);
  const counts = new Map<string, number>();
  for (const { header } of found)
    counts.set(header.toLowerCase(), (counts.get(header.toLowerCase()) ?? 0) + 1);
  return found.filter(({ header }) => counts.get(header.toLowerCase()) === 1);
}

function collect(schema: unknown, path: readonly string[], found: HeaderDeclaration[]): void {
  if (!isJsonObject(schema)) return;
  const header = schema[DECLARATION];
  if (path.length > 0 && typeof header === 'string' && TOKEN.test(header) && TYPES.has(schema['type']))
    found.push({ header, path });
  const { properties } = schema;
  if (!isJsonObject(properties)) return;
  for (const [name, property] of Object.entries(properties)) collect(property, [...path, name], found);
}

/** A tool without the declarations for which clients have to hide it; the same object where there are none. */
export function withSoundHeaders(tool: JsonObject): JsonObject {
  const sound = new Set(headerDeclarations(tool['inputSchema']).map(({ path }) => JSON.stringify(path)));
  const inputSchema = cleaned(tool['inputSchema'], [], sound);
  return inputSchema === tool['inputSchema'] ? tool : { ...tool, inputSchema };
}

/** `path` is undefined where no declaration is sound. */
function cleaned(schema: unknown, path: readonly string[] | undefined, sound: ReadonlySet<string>): unknown {
  if (Array.isArray(schema))
    return same(
      schema,
      schema.map((one) => cleaned(one, undefined, sound)),
    );
  if (!isJsonObject(schema)) return schema;
  const entries = Object.entries(schema);
  const kept = entries.flatMap(([key, value]): [string, unknown][] => {
    if (key === DECLARATION)
      return path !== undefined && sound.has(JSON.stringify(path)) ? [[key, value]] : [];
    if (OF_VALUES.has(key)) return [[key, value]];
    if ((key === 'properties' || OF_SCHEMAS.has(key)) && isJsonObject(value)) {
      const inside = key === 'properties' ? path : undefined;
      return [[key, cleanedMap(value, inside, sound)]];
    }
    return [[key, cleaned(value, undefined, sound)]];
  });
  const isSame = kept.length === entries.length && kept.every(([key, value]) => schema[key] === value);
  return isSame ? schema : Object.fromEntries(kept);
}

function cleanedMap(
  map: JsonObject,
  path: readonly string[] | undefined,
  sound: ReadonlySet<string>,
): JsonObject {
  const kept = Object.entries(map).map(([name, schema]): [string, unknown] => [
    name,
    cleaned(schema, path && [...path, name], sound),
  ]);
  return kept.every(([name, schema]) => map[name] === schema) ? map : Object.fromEntries(kept);
}

function same(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((one, index) => one === before[index]) ? before : after;
}
