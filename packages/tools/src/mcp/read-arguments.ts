import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

/** Arguments as a client may write them: none is the same as an empty object. Undefined: they are something else. */
export function readArguments(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return {};
  return isObject(value) ? value : undefined;
}
