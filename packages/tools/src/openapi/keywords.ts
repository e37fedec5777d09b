import { isObject, own, ownText } from '../json.ts';
import type { JsonObject, JsonType } from '../json.ts';
import { fitLiterals } from './fit-literals.ts';
import type { Notes } from './notes.ts';
import { isJsonType, isTextType } from './media-type.ts';
import { isSafePattern } from './pattern.ts';
import type { Place, Resolver } from './resolve.ts';
import { emptyView } from './view.ts';
import type { SchemaFacts, View } from './view.ts';

const TYPES: ReadonlySet<unknown> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
  'null',
]);
const KEPT_FORMATS: ReadonlySet<unknown> = new Set(['byte', 'date', 'date-time', 'uuid', 'email', 'uri']);

/** What one schema object says itself: no reference, allOf or union is looked at. */
export function readKeywords(place: Place, node: JsonObject, resolver: Resolver, notes: Notes): View {
  const view = emptyView(place.at, [node]);
  const repair = (message: string): void => notes.warn('SCHEMA_REPAIRED', place.at, message);
  const types = readTypes(node, repair);
  const literals = readLiterals(node, repair);
  if (types) view.types = types;
  if (literals) view.literals = literals;
  view.facts = readFacts(node, place.at, notes, repair);
  // Generators write it beside any type; it says something about lists alone.
  if (types && !types.includes('array')) delete view.facts.uniqueItems;
  if (own(node, 'format') === 'int64' && (types?.includes('integer') ?? false)) view.int64 = true;
  const description = ownText(node, 'description');
  if (description !== undefined && description !== '') view.description = description;
  const preset = own(node, 'default');
  if (preset !== undefined && preset !== null) view.default = preset;
  if (own(node, 'readOnly') === true) view.readOnly = true;
  const bytes = readBytes(node, types);
  if (bytes) view.bytes = bytes;

  readProperties(place, node, view, resolver, notes, repair);
  readItems(place, node, view, resolver, repair);
  fitLiterals(view, repair);
  if (!view.types && !view.literals) {
    if (view.properties.size > 0 || view.additional !== undefined) view.types = ['object'];
    else if (view.items || view.prefix) view.types = ['array'];
  }
  return view;
}

/** Called when everything is merged: OpenAPI 3.0 states null apart from the type. */
export function allowNull(view: View): View {
  const types = view.types && !view.types.includes('null') ? [...view.types, 'null' as const] : view.types;
  const literals = view.literals && !view.literals.includes(null) ? [...view.literals, null] : view.literals;
  return { ...view, ...(types ? { types } : {}), ...(literals ? { literals } : {}) };
}

function readTypes(node: JsonObject, repair: (message: string) => void): JsonType[] | undefined {
  const stated = own(node, 'type');
  if (stated === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(stated) ? stated : [stated];
  const types: JsonType[] = [];
  for (const type of list) {
    if (isType(type)) {
      if (!types.includes(type)) types.push(type);
    } else if (type === 'file') {
      repair('The type `file` became a string.');
      types.push('string');
    } else {
      repair('A type that JSON Schema does not know was ignored.');
      return undefined;
    }
  }
  return types.length > 0 ? types : undefined;
}

/** Bytes are `format: binary`, `type: file`, or since 3.1 a media type without an encoding. */
function readBytes(node: JsonObject, types: readonly JsonType[] | undefined): View['bytes'] {
  const type = own(node, 'type');
  if (type === 'file') return 'raw';
  if (types && !types.includes('string')) return undefined;
  const format = own(node, 'format');
  if (format === 'byte' || format === 'base64' || own(node, 'contentEncoding') === 'base64') return 'base64';
  if (format === 'binary') return 'raw';
  const mediaType = ownText(node, 'contentMediaType');
  const encoded = Object.hasOwn(node, 'contentEncoding');
  if (mediaType === undefined || encoded) return undefined;
  return isTextType(mediaType) || isJsonType(mediaType) ? undefined : 'raw';
}

function isType(value: unknown): value is JsonType {
  return TYPES.has(value);
}

function readLiterals(node: JsonObject, repair: (message: string) => void): unknown[] | undefined {
  if (Object.hasOwn(node, 'const')) return [own(node, 'const')];
  const stated = own(node, 'enum');
  if (stated === undefined) return undefined;
  if (!Array.isArray(stated) || stated.length === 0) {
    repair('An `enum` that is not a list of values was ignored.');
    return undefined;
  }
  return [...new Set<unknown>(stated)];
}

function readFacts(
  node: JsonObject,
  at: string,
  notes: Notes,
  repair: (message: string) => void,
): SchemaFacts {
  const facts: SchemaFacts = {};
  for (const name of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const) {
    const value = own(node, name);
    if (typeof value === 'number' && Number.isFinite(value)) facts[name] = value;
  }
  // In 3.0 the exclusive bounds are switches on the inclusive ones.
  if (own(node, 'exclusiveMinimum') === true && facts.minimum !== undefined) {
    facts.exclusiveMinimum = facts.minimum;
    delete facts.minimum;
  }
  if (own(node, 'exclusiveMaximum') === true && facts.maximum !== undefined) {
    facts.exclusiveMaximum = facts.maximum;
    delete facts.maximum;
  }
  const multiple = own(node, 'multipleOf');
  if (typeof multiple === 'number' && Number.isFinite(multiple) && multiple > 0) facts.multipleOf = multiple;
  const counts = [
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
  ] as const;
  for (const name of counts) {
    const value = own(node, name);
    if (value === undefined || value === null) continue;
    if (Number.isSafeInteger(value) && Number(value) >= 0) facts[name] = Number(value);
    else repair(`\`${name}\` is not a count and was ignored.`);
  }
  if (own(node, 'uniqueItems') === true) facts.uniqueItems = true;
  const format = own(node, 'format');
  if (typeof format === 'string' && KEPT_FORMATS.has(format)) facts.format = format;
  const pattern = own(node, 'pattern');
  if (typeof pattern === 'string') {
    if (isSafePattern(pattern)) facts.pattern = pattern;
    else warnOfPattern(at, notes);
  }
  return facts;
}

function warnOfPattern(at: string, notes: Notes): void {
  notes.warn('PATTERN_DROPPED', at, 'The pattern is too long, not portable or could run for ever.');
}

function readProperties(
  place: Place,
  node: JsonObject,
  view: View,
  resolver: Resolver,
  notes: Notes,
  repair: (message: string) => void,
): void {
  collect(resolver.step(place, 'properties'), view.properties, resolver, repair);
  const hasAllPatterns = readPatterns(place, view, resolver, notes, repair);
  const required = own(node, 'required');
  if (Array.isArray(required)) {
    for (const name of required as readonly unknown[]) if (typeof name === 'string') view.required.add(name);
  } else if (required !== undefined) {
    repair('`required` is a list of property names; this one was ignored.');
  }
  // It is about names that no pattern fits, so it says nothing without all of them.
  if (!hasAllPatterns) return;
  const additional = own(node, 'additionalProperties');
  if (additional === false) view.additional = false;
  else if (additional === true) view.additional = [{ node: {}, at: place.at }];
  else if (isObject(additional)) {
    const child = resolver.step(place, 'additionalProperties');
    if (child) view.additional = [child];
  }
}

/** False: some are unsafe, and were left out. */
function readPatterns(
  place: Place,
  { patterns }: View,
  resolver: Resolver,
  notes: Notes,
  repair: (message: string) => void,
): boolean {
  collect(resolver.step(place, 'patternProperties'), patterns, resolver, repair);
  const stated = patterns.size;
  for (const [pattern, [shape]] of patterns) {
    if (isSafePattern(pattern)) continue;
    patterns.delete(pattern);
    warnOfPattern(shape?.at ?? place.at, notes);
  }
  return patterns.size === stated;
}

function collect(
  named: Place | undefined,
  into: Map<string, readonly Place[]>,
  resolver: Resolver,
  repair: (message: string) => void,
): void {
  if (named === undefined) return;
  if (!isObject(named.node)) return repair('Properties that are not an object were ignored.');
  // A text is no schema, so this is no property of that name: the properties are somewhere else.
  if (ownText(named.node, '$ref') !== undefined) {
    const elsewhere = resolver.follow(named);
    repair('A reference in the place of properties was followed.');
    if (elsewhere.ok) collect(elsewhere.value, into, resolver, repair);
    return;
  }
  for (const name of Object.keys(named.node)) {
    const child = resolver.step(named, name);
    if (child) into.set(name, [child]);
  }
}

function readItems(
  place: Place,
  node: JsonObject,
  view: View,
  resolver: Resolver,
  repair: (message: string) => void,
): void {
  const prefix = resolver.step(place, 'prefixItems');
  if (prefix && Array.isArray(prefix.node) && prefix.node.length > 0) {
    view.prefix = prefix.node.flatMap((_, index) => resolver.step(prefix, index) ?? []);
    if (own(node, 'items') === false) view.facts.maxItems ??= prefix.node.length;
  }
  const items = resolver.step(place, 'items');
  if (items && isObject(items.node)) view.items = [items];
  else if (!view.prefix && view.types?.includes('array')) {
    if (own(node, 'items') !== true) repair('An array says nothing about its items; they may be anything.');
    view.items = [{ node: {}, at: place.at }];
  }
}
