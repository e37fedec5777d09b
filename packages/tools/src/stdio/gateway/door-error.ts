import { plainText } from '../../openapi/text.ts';
import { createNotes } from '../../openapi/notes.ts';
import { DOOR_ERROR_HEADER } from '../../call/door-error-header.ts';
import { headerOf, rateLimitOf, retryAfterSeconds } from '../../call/header.ts';
import type { Diagnostics, UpstreamResponse } from '../../call/types.ts';
import { isObject } from '../../json.ts';

const MESSAGE_CHARACTERS = 1_000;

/** What a door of Latchkey says itself in place of an answer. Undefined: it is an answer of the API's. */
export function doorError({ body, headers, status }: UpstreamResponse): Diagnostics | undefined {
  if (status < 400 || headerOf(headers, DOOR_ERROR_HEADER) === undefined) return undefined;
  const { code, message, request_id: requestId, retry_after_seconds: asked } = errorIn(body) ?? {};
  if (typeof code !== 'string' || typeof message !== 'string' || typeof requestId !== 'string')
    return undefined;
  const nowMs = Date.now();
  const wait = typeof asked === 'number' ? asked : retryAfterSeconds(headers, nowMs);
  const limit = status === 429 ? rateLimitOf(headers, nowMs) : undefined;
  return {
    status,
    code: code.slice(0, 64),
    message: plainText(message, MESSAGE_CHARACTERS, '', createNotes()),
    request_id: requestId,
    ...(wait === undefined ? {} : { retry_after_seconds: wait }),
    ...(limit === undefined ? {} : { rate_limit: limit }),
  };
}

function errorIn(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) && isObject(value['error']) ? value['error'] : undefined;
  } catch {
    return undefined;
  }
}
