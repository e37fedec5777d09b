import { isDeepStrictEqual } from 'node:util';
import type { JsonType } from '../json.ts';
import type { Place } from './resolve.ts';
import type { SchemaFacts, View } from './view.ts';

/** True if one value could satisfy both, as far as one level shows. */
export function agree(left: View, right: View): boolean {
  if (left.types && right.types && commonTypes(left.types, right.types).length === 0) return false;
  if (left.literals && right.literals && commonLiterals(left.literals, right.literals).length === 0)
    return false;
  const patterns = [left.facts.pattern, right.facts.pattern];
  return patterns[0] === undefined || patterns[1] === undefined || patterns[0] === patterns[1];
}

/** All of `left` and all of `right`, as allOf means it. The texts of `left` win. Call only if they agree. */
export function merged(left: View, right: View): View {
  const view: View = {
    at: left.at,
    nodes: distinct(left.nodes, right.nodes, (node) => node),
    facts: tighter(left.facts, right.facts),
    properties: joined(left.properties, right.properties),
    required: new Set([...left.required, ...right.required]),
    patterns: joined(left.patterns, right.patterns),
    unions: distinct(left.unions, right.unions, (union) => union.branches),
    rest: distinct(left.rest, right.rest, nodeOf),
  };
  const types =
    left.types && right.types ? commonTypes(left.types, right.types) : (left.types ?? right.types);
  if (types) view.types = types;
  const literals =
    left.literals && right.literals
      ? commonLiterals(left.literals, right.literals)
      : (left.literals ?? right.literals);
  if (literals) view.literals = literals;
  const items =
    left.items && right.items ? distinct(left.items, right.items, nodeOf) : (left.items ?? right.items);
  if (items) view.items = items;
  const prefix = left.prefix ?? right.prefix;
  if (prefix) view.prefix = prefix;
  const additional = commonAdditional(left, right);
  if (additional !== undefined) view.additional = additional;
  const description = left.description ?? right.description;
  if (description !== undefined) view.description = description;
  if (left.default !== undefined) view.default = left.default;
  else if (right.default !== undefined) view.default = right.default;
  if (left.int64 || right.int64) view.int64 = true;
  const bytes = left.bytes ?? right.bytes;
  if (bytes) view.bytes = bytes;
  if (left.readOnly || right.readOnly) view.readOnly = true;
  if (left.never || right.never) view.never = true;
  const external = left.external ?? right.external;
  if (external) view.external = external;
  return view;
}

function commonTypes(left: readonly JsonType[], right: readonly JsonType[]): JsonType[] {
  const common = left.filter(
    (type) => right.includes(type) || (type === 'integer' && right.includes('number')),
  );
  if (right.includes('integer') && left.includes('number') && !common.includes('integer'))
    common.push('integer');
  return common;
}

function commonLiterals(left: readonly unknown[], right: readonly unknown[]): unknown[] {
  if (left === right) return [...left];
  const simple = new Set(right);
  return left.filter(
    (value) =>
      simple.has(value) ||
      (typeof value === 'object' && right.some((other) => isDeepStrictEqual(value, other))),
  );
}

// A closed object that is extended by a neighbour would allow nothing at all; authors mean the sum of both.
function commonAdditional(left: View, right: View): View['additional'] {
  if (left.additional === undefined)
    return right.properties.size > 0 || left.properties.size === 0 ? keep(right, left) : undefined;
  if (right.additional === undefined) return keep(left, right);
  if (left.additional === false || right.additional === false) return false;
  return distinct(left.additional, right.additional, nodeOf);
}

function keep(stating: View, silent: View): View['additional'] {
  return stating.additional === false && silent.properties.size > 0 ? undefined : stating.additional;
}

// A schema may meet itself, along two ways: doubled at each of forty levels, it would never end.
function distinct<T>(left: readonly T[], right: readonly T[], identity: (one: T) => unknown): T[] {
  if (right.length === 0) return [...left];
  const known = new Set(left.map(identity));
  return [...left, ...right.filter((one) => !known.has(identity(one)))];
}

const nodeOf = (place: Place): unknown => place.node;

function joined(
  left: ReadonlyMap<string, readonly Place[]>,
  right: ReadonlyMap<string, readonly Place[]>,
): Map<string, readonly Place[]> {
  const both = new Map(left);
  for (const [name, places] of right) {
    const known = both.get(name);
    both.set(name, known ? distinct(known, places, nodeOf) : places);
  }
  return both;
}

function tighter(left: SchemaFacts, right: SchemaFacts): SchemaFacts {
  const facts: SchemaFacts = { ...right, ...left };
  const pairs = [
    ['minimum', Math.max],
    ['exclusiveMinimum', Math.max],
    ['minLength', Math.max],
    ['minItems', Math.max],
    ['minProperties', Math.max],
    ['maximum', Math.min],
    ['exclusiveMaximum', Math.min],
    ['maxLength', Math.min],
    ['maxItems', Math.min],
    ['maxProperties', Math.min],
  ] as const;
  for (const [name, choose] of pairs) {
    const one = left[name];
    const other = right[name];
    if (one !== undefined && other !== undefined) facts[name] = choose(one, other);
  }
  if (left.uniqueItems || right.uniqueItems) facts.uniqueItems = true;
  return facts;
}
