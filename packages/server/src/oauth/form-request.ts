import type { Context } from 'hono';
import { fail, ok, type Result } from '../kernel/result.ts';
import { readParameters, type Parameters } from './parameters.ts';

export const FORM_BYTES_MAX = 16 * 1024;

/** The form of a token or revocation request (RFC 6749 section 3.2); else a sentence saying what is wrong with it. */
export function parseForm(contentType: string | undefined, body: string): Result<Parameters, string> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')) {
    return fail('the body must be application/x-www-form-urlencoded');
  }
  const parameters = readParameters(new URLSearchParams(body));
  return parameters.ok ? ok(parameters.value) : fail('a parameter is repeated');
}

export async function readForm(context: Context): Promise<Result<Parameters, string>> {
  return parseForm(context.req.header('Content-Type'), await context.req.text());
}
