import type { SpentLimit } from '../kernel/errors.ts';
import type { LimitDecision, LimitPolicy } from './limiter.ts';

/** A limit that was asked, under the name that the caller sees. */
export interface AskedLimit {
  readonly name: string;
  readonly policy: LimitPolicy;
  readonly decision: LimitDecision;
}

/**
 * `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After` (RFC 9110 section
 * 10.2.3) if one of the limits refused. In the flat form that `writeHead` takes: name, value, name, value.
 */
export function limitHeaders(asked: readonly AskedLimit[]): string[] {
  let state = '';
  let policies = '';
  let retryAfterSeconds = 0;
  for (const { name, policy, decision } of asked) {
    const separator = state === '' ? '' : ', ';
    state += `${separator}"${name}";r=${decision.remaining};t=${decision.resetSeconds}`;
    policies += `${separator}"${name}";q=${policy.limit};w=${policy.windowSeconds}`;
    retryAfterSeconds = Math.max(retryAfterSeconds, decision.retryAfterSeconds);
  }
  if (state === '') return [];
  const headers = ['RateLimit', state, 'RateLimit-Policy', policies];
  if (retryAfterSeconds > 0) headers.push('Retry-After', String(retryAfterSeconds));
  return headers;
}

/** The same of a limit that is used up. A second line of each name goes on where the first one ended. */
export function spentHeaders({ limit, name, resetSeconds, windowSeconds }: SpentLimit): string[] {
  return [
    'RateLimit',
    `"${name}";r=0;t=${resetSeconds}`,
    'RateLimit-Policy',
    `"${name}";q=${limit};w=${windowSeconds}`,
  ];
}
