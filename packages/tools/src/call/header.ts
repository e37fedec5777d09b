import type { Diagnostics, ResponseHeaders } from './types.ts';

/** The first value of a header. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Retry-After as seconds from now, rounded up: it is seconds or an HTTP date (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(headers: ResponseHeaders, nowMs: number): number | undefined {
  const value = headerOf(headers, 'retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,9}(?:\.\d+)?$/.test(value)) return Math.ceil(Number(value));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - nowMs) / 1_000));
}

/** What is left of the API's own limit: `RateLimit` with its policy, or `RateLimit-*` and `X-RateLimit-*`. */
export function rateLimitOf(headers: ResponseHeaders, nowMs: number): Diagnostics['rate_limit'] {
  const structured = headerOf(headers, 'ratelimit') ?? '';
  const policy = headerOf(headers, 'ratelimit-policy') ?? '';
  const limit = parameterOf(policy, 'q') ?? parameterOf(structured, 'limit') ?? plain(headers, 'limit');
  const remaining =
    parameterOf(structured, 'r') ?? parameterOf(structured, 'remaining') ?? plain(headers, 'remaining');
  const reset = parameterOf(structured, 't') ?? parameterOf(structured, 'reset') ?? plain(headers, 'reset');
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined;
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(reset === undefined ? {} : { reset_seconds: secondsFromNow(reset, nowMs) }),
  };
}

function parameterOf(value: string, name: string): number | undefined {
  const found = new RegExp(`(?:^|[;,\\s])${name}=(\\d{1,12})`).exec(value)?.[1];
  return found === undefined ? undefined : Number(found);
}

function plain(headers: ResponseHeaders, name: string): number | undefined {
  const value = headerOf(headers, `ratelimit-${name}`) ?? headerOf(headers, `x-ratelimit-${name}`);
  const found = value === undefined ? undefined : /^\s*(\d{1,13})/.exec(value)?.[1];
  return found === undefined ? undefined : Number(found);
}

// Some count down, some name the moment, in seconds or milliseconds since 1970.
function secondsFromNow(value: number, nowMs: number): number {
  if (value > 100_000_000_000) return Math.max(0, Math.ceil((value - nowMs) / 1_000));
  if (value > 1_000_000_000) return Math.max(0, Math.ceil(value - nowMs / 1_000));
  return value;
}
