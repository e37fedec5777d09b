import { setOwn } from '../json.ts';

const DEPTH_MAX = 8;

/** A copy of a small plain value, or undefined if it is large, deep, or no JSON. YAML aliases can make a value contain itself. */
export function smallCopy(value: unknown, bytesMax: number): { readonly value: unknown } | undefined {
  const left = { bytes: bytesMax };
  const copy = copyOf(value, DEPTH_MAX, left);
  return left.bytes < 0 ? undefined : { value: copy };
}

function copyOf(value: unknown, depth: number, left: { bytes: number }): unknown {
  if (depth === 0) left.bytes = -1;
  if (left.bytes < 0) return undefined;
  if (typeof value === 'string') {
    left.bytes -= Buffer.byteLength(value) + 2;
    return value;
  }
  if (typeof value === 'boolean' || typeof value === 'number') {
    left.bytes -= typeof value === 'boolean' || Number.isFinite(value) ? 8 : Infinity;
    return value;
  }
  if (typeof value !== 'object') {
    left.bytes = -1;
    return undefined;
  }
  left.bytes -= 4;
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => copyOf(item, depth - 1, left));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    left.bytes -= key.length + 3;
    if (left.bytes < 0) return undefined;
    setOwn(copy, key, copyOf(item, depth - 1, left));
  }
  return copy;
}
