import fc from 'fast-check';
import type { InputSchema, JsonSchema } from '../../src/index.ts';

const DEPTH_MAX = 6;
/** Of the fields that may be left out, so many are given. */
const OPTIONAL_SHARE = 0.4;

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-02-03T04:05:06Z',
  date: '2026-02-03',
  time: '04:05:06Z',
  uuid: '2c5ea4c0-4067-41d6-8f1a-0d9b1b5b5a10',
  email: 'ada@example.test',
  uri: 'https://example.test/a',
  url: 'https://example.test/a',
  hostname: 'example.test',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  byte: 'aGVsbG8=',
};

/** Arguments that a schema of ours accepts: required ones always, optional ones now and then, the same for the same seed. */
export function generateArguments(schema: InputSchema, seed: number): Record<string, unknown> {
  const random = mulberry32(seed);
  return object({ ...schema, required: [...(schema.required ?? [])] }, 0, random);
}

type Random = () => number;

function value(schema: JsonSchema, depth: number, random: Random): unknown {
  const whole = withBranches(schema, random);
  if (whole.const !== undefined) return whole.const;
  if (whole.enum && whole.enum.length > 0) return pick(whole.enum, random);
  if (isFile(whole)) return { data: 'aGVsbG8=', mimeType: 'text/plain', name: 'hello.txt' };
  const types = typeof whole.type === 'string' ? [whole.type] : (whole.type ?? []);
  switch (types.find((one) => one !== 'null')) {
    case 'object':
      return object(whole, depth, random);
    case 'array':
      return array(whole, depth, random);
    case 'integer':
      return number(whole, 'integer', random);
    case 'number':
      return number(whole, 'number', random);
    case 'boolean':
      return random() < 0.5;
    case 'string':
      return text(whole, random);
    case undefined:
      return types.includes('null') ? null : untyped(whole, depth, random);
  }
}

function untyped(schema: JsonSchema, depth: number, random: Random): unknown {
  return schema.properties || schema.required ? object(schema, depth, random) : 'anything';
}

/** What the compiler makes of a file: its bytes, or where they are. */
function isFile({ properties = {} }: JsonSchema): boolean {
  return ['url', 'data', 'mimeType'].every((name) => Object.hasOwn(properties, name));
}

/** One branch of each union, together with what stands beside it. */
function withBranches(schema: JsonSchema, random: Random): JsonSchema {
  const { anyOf = [], allOf = [], ...base } = schema;
  const branch = anyOf.length > 0 ? [pick(anyOf, random)] : [];
  return [...branch, ...allOf].reduce<JsonSchema>((merged, part) => {
    const other = withBranches(part, random);
    return {
      ...merged,
      ...other,
      ...(merged.properties || other.properties
        ? { properties: { ...merged.properties, ...other.properties } }
        : {}),
      required: [...(merged.required ?? []), ...(other.required ?? [])],
    };
  }, base);
}

function object(schema: JsonSchema, depth: number, random: Random): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  const required = new Set(schema.required ?? []);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (required.has(name) || (depth < DEPTH_MAX && random() < OPTIONAL_SHARE)) {
      made[name] = value(child, depth + 1, random);
    }
  }
  for (const name of required) if (!Object.hasOwn(made, name)) made[name] = 'anything';
  const { additionalProperties: more } = schema;
  const least = schema.minProperties ?? (typeof more === 'object' && depth < DEPTH_MAX ? 1 : 0);
  for (let index = 0; Object.keys(made).length < least && more !== false; index += 1) {
    made[`key${index}`] = value(typeof more === 'object' ? more : { type: 'string' }, depth + 1, random);
  }
  return made;
}

function array(schema: JsonSchema, depth: number, random: Random): unknown[] {
  const least = schema.minItems ?? (depth < DEPTH_MAX ? 1 : 0);
  const made = (schema.prefixItems ?? []).map((child) => value(child, depth + 1, random));
  while (made.length < Math.min(least, schema.maxItems ?? Infinity)) {
    const item = value(schema.items ?? { type: 'string' }, depth + 1, random);
    // A set has no twins: numbers grow and texts get a tail.
    made.push(schema.uniqueItems && made.length > 0 ? differing(item, made.length) : item);
  }
  return made;
}

function differing(item: unknown, index: number): unknown {
  if (typeof item === 'number') return item + index;
  return typeof item === 'string' ? `${item}${index}` : item;
}

function number(schema: JsonSchema, type: 'integer' | 'number', random: Random): number {
  const step = schema.multipleOf ?? (type === 'integer' ? 1 : 0.5);
  const least = Math.max(schema.minimum ?? -Infinity, (schema.exclusiveMinimum ?? -Infinity) + step);
  // Beyond that a number keeps no integer: who means one writes it as text.
  const low = Number.isFinite(least) ? Math.max(least, Number.MIN_SAFE_INTEGER) : least;
  const high = Math.min(schema.maximum ?? Infinity, (schema.exclusiveMaximum ?? Infinity) - step);
  const from = Number.isFinite(low) ? low : Number.isFinite(high) ? high - 10 * step : 1;
  const to = Number.isFinite(high) ? high : from + 10 * step;
  const first = Math.ceil(from / step);
  const steps = Math.max(0, Math.floor(to / step) - first);
  const chosen = (first + Math.floor(random() * Math.min(steps + 1, 10))) * step;
  return Number(chosen.toFixed(6));
}

function text(schema: JsonSchema, random: Random): string {
  const known = schema.format === undefined ? undefined : FORMATS[schema.format];
  if (known !== undefined) return known;
  const { minLength = 0, maxLength = Infinity } = schema;
  if (schema.pattern !== undefined) return matching(schema.pattern, minLength, maxLength, random);
  const word = pick(['alpha', 'beta', 'gamma delta', 'Ünïcode', 'a/b&c=d'], random);
  return word.padEnd(minLength, 'x').slice(0, maxLength === Infinity ? undefined : maxLength);
}

function matching(pattern: string, minLength: number, maxLength: number, random: Random): string {
  const arbitrary = fc.stringMatching(new RegExp(pattern, 'u'));
  const fits = ({ length }: string): boolean => length >= minLength && length <= maxLength;
  const samples = fc.sample(arbitrary, { seed: Math.floor(random() * 1e9), numRuns: 60 });
  return samples.find((one) => fits(one) && one.trim() === one && one !== '') ?? samples[0] ?? '';
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

/** A small generator of numbers in [0, 1) that starts where it is told. */
function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
