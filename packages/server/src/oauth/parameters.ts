import { fail, ok, type Result } from '../kernel/result.ts';

/** Request parameters, each at most once and never empty: an empty one counts as absent (RFC 6749 section 3.1). */
export type Parameters = ReadonlyMap<string, string>;

/** Which one was repeated is not told: the name is the caller's text, and would be shown to others. */
export function readParameters(encoded: URLSearchParams): Result<Parameters, 'repeated'> {
  const parameters = new Map<string, string>();
  for (const [name, value] of encoded) {
    if (parameters.has(name)) return fail('repeated');
    parameters.set(name, value);
  }
  for (const [name, value] of parameters) if (value === '') parameters.delete(name);
  return ok(parameters);
}
