import { isJsonObject, parseJson, type JsonObject } from './json.ts';

/** A part of a compact JWS (RFC 7515 section 3.1). */
export function encodePart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Undefined: it is no JSON object. */
export function readPart(part: string): JsonObject | undefined {
  const value = parseJson(Buffer.from(part, 'base64url').toString('utf8'));
  return isJsonObject(value) ? value : undefined;
}
