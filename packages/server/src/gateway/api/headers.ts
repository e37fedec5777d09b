import type { IncomingHttpHeaders } from 'node:http';
import { DOOR_ERROR_HEADER, type ResponseHeaders } from '@latchkey/tools';

/** What of a request is about the content and not about who sends it. All else stays here. */
const FORWARDED = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'prefer',
  'range',
] as const;

/** Never forwarded, even if the document declares them: credentials, routing, and what would turn one method into another. */
const WITHHELD =
  /^(?:authorization|cookie|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|via|forwarded|x-api-key|x-request-id|x-forwarded-.*|x-real-ip|x-http-method(?:-override)?|x-method-override|proxy-.*|sec-.*)$/;

/** Whether a header that an operation declares reaches the upstream through this door. */
export function isForwarded(name: string): boolean {
  return !WITHHELD.test(name.toLowerCase());
}

/** The headers that go to the upstream: of the content, and what the operation itself declares. */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  declared: readonly string[],
): Record<string, string | string[]> {
  const sent: Record<string, string | string[]> = {};
  for (const name of FORWARDED) copy(name);
  for (const name of declared) if (isForwarded(name)) copy(name);
  if (!hasBody(headers)) delete sent['content-length'];
  return sent;

  function copy(name: string): void {
    const value = headers[name];
    if (value !== undefined) sent[name] = value;
  }
}

/** RFC 9112 section 6.3: a request has a body if it says how long it is or that it comes in chunks. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Hop-by-hop (RFC 9110 section 7.6.1), or the upstream's word on what is ours: cookies, credentials, origin, limits. */
const DROPPED =
  /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*|set-cookie2?|server|x-powered-by|via|www-authenticate|authentication-info|access-control-.*|strict-transport-security|content-security-policy.*|x-frame-options|alt-svc|clear-site-data|refresh|service-worker-allowed|x-accel-.*|x-sendfile|x-request-id|x-content-type-options|ratelimit|ratelimit-policy|location|vary|date)$/;

/** This origin also serves sign-in: whatever an upstream answers, a browser must not run it here. */
const OWN = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'; sandbox",
] as const;

/** What a header may hold (RFC 9110 section 5.5); Node refuses to send anything else. */
const SENDABLE = /^[\t -~\u0080-\u00ff]*$/;

/** The headers of the answer, flat. `relocate` turns an address of the upstream into ours. */
export function responseHeaders(headers: ResponseHeaders, relocate: (location: string) => string): string[] {
  const nominated = listed(headers['connection']);
  const sent: string[] = [...OWN];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name === DOOR_ERROR_HEADER || DROPPED.test(name) || nominated.has(name))
      continue;
    for (const one of typeof value === 'string' ? [value] : value)
      if (SENDABLE.test(one)) sent.push(name, one);
  }
  const { location, vary } = headers;
  if (typeof location === 'string' && SENDABLE.test(location)) sent.push('Location', relocate(location));
  // Two callers may get two answers at one address, and X-API-Key does not keep a shared cache away by itself.
  const varies = ['Authorization', 'X-API-Key', ...(vary === undefined ? [] : [vary].flat())];
  sent.push('Vary', varies.filter((value) => SENDABLE.test(value)).join(', '));
  if (headers['cache-control'] === undefined) sent.push('Cache-Control', 'private, no-store');
  return sent;
}

function listed(header: string | string[] | undefined): ReadonlySet<string> {
  if (header === undefined) return new Set();
  return new Set(
    [header].flat().flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())),
  );
}
