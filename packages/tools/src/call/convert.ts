import { isObject } from '../json.ts';
import type { JsonType } from '../json.ts';
import { parseKeepingDigits } from '../kept-digits.ts';

const JSON_LEVELS = 3;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
/** The schema of a 64-bit integer is a number or digits; digits that a number can hold become one. */
export const INT64_PATTERN = '^-?[0-9]+$';
const LONG_INTEGER = /^-?[1-9]\d{15,19}$/;

/** The digits of an integer of 64 bits, with a sign or without, that a number would round. */
export function isLongInteger(value: unknown): value is string {
  if (typeof value !== 'string' || !LONG_INTEGER.test(value) || Number.isSafeInteger(Number(value)))
    return false;
  const integer = BigInt(value);
  return BigInt.asIntN(64, integer) === integer || BigInt.asUintN(64, integer) === integer;
}

/** An integer beyond what a number keeps exactly: whoever wrote it may have meant the one beside it. */
export function isRounded(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

export function typeOf(value: unknown): JsonType | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' ? 'object' : undefined;
}

/** Clients wrap objects in text, some of them more than once. Undefined if it is not JSON. */
export function jsonText(text: string): unknown {
  let value: unknown = text;
  for (let level = 0; level < JSON_LEVELS && typeof value === 'string'; level += 1) {
    value = parseKeepingDigits(value);
  }
  return value;
}

/** The value in one of the types, if its meaning is plain; otherwise the value as it is. */
export function asType(types: readonly JsonType[], value: unknown, pattern?: string): unknown {
  const type = typeOf(value);
  if (type === 'string' && typeof value === 'string') return fromText(types, value, pattern);
  if (type === undefined || types.includes(type) || (type === 'integer' && types.includes('number')))
    return value;
  const scalar = type === 'number' || type === 'integer' || type === 'boolean';
  if (scalar && types.includes('string')) return isRounded(value) ? value : String(value);
  if (types.includes('array') && type !== 'null') return [value];
  return value;
}

function fromText(types: readonly JsonType[], text: string, pattern: string | undefined): unknown {
  if (types.includes('string') && !(pattern === INT64_PATTERN && types.includes('integer'))) return text;
  if ((types.includes('integer') || types.includes('number')) && NUMBER.test(text)) {
    const number = Number(text);
    if (Number.isInteger(number) ? Number.isSafeInteger(number) : types.includes('number')) return number;
  }
  if (types.includes('string')) return text;
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.includes('null') && text === 'null') return null;
  if (types.includes('object') || types.includes('array')) {
    const value = jsonText(text);
    if (Array.isArray(value) && types.includes('array')) return value;
    if (isObject(value) && types.includes('object')) return value;
    if (isObject(value)) return [value];
    if (types.includes('array')) return [text];
  }
  return text;
}
