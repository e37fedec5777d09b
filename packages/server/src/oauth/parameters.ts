import { fail, ok, type Result } from '../kernel/result.ts';

/** Request parameters, each at most once and never empty: an empty one counts as absent (RFC 6749 section 3.1). */
export type Parameters = ReadonlyMap<string, string>;

/** The name of a parameter that was sent twice is the evidence. */
export function readParameters(encoded: URLSearchParams): Result<Parameters, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of encoded) {
    if (parameters.has(name)) return fail(name);
    parameters.set(name, value);
  }
  for (const [name, value] of parameters) if (value === '') parameters.delete(name);
  return ok(parameters);
}
