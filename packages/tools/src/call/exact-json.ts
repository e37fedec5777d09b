import { LONG_NUMBER, withQuotedIntegers } from '../quoted-integers.ts';

/**
 * JSON text as a value. An integer that a number cannot hold becomes text, digit by digit: it is somebody's id, and
 * the next call is made with it. Throws a SyntaxError for what is no JSON.
 */
export function exactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return LONG_NUMBER.test(text) ? JSON.parse(withQuotedIntegers(text)) : value;
}

/** The same, undefined for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return exactJson(text);
  } catch {
    return undefined;
  }
}
