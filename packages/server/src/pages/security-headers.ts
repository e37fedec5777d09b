import type { MiddlewareHandler } from 'hono';

/** No script, no frame, nothing from elsewhere; forms go to ourselves alone. */
export const PAGE_CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Of the one page that has a script: the passkey button's, from a file of ours, which asks us alone. */
export const PASSKEY_CSP = `${PAGE_CSP}; script-src 'self'; connect-src 'self'`;

const HSTS_SECONDS = 365 * 24 * 60 * 60;

/**
 * The headers of every page of the host at `baseUrl`. `Referrer-Policy` is `same-origin` and not `no-referrer`: under
 * the latter Chromium sends `Origin: null` with our own forms, and the form guard refuses that. The page that leaves
 * for the client sets `no-referrer` itself.
 */
export function pageHeaders(baseUrl: string): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': PAGE_CSP,
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
    'Referrer-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    ...(baseUrl.startsWith('https:') ? { 'Strict-Transport-Security': `max-age=${HSTS_SECONDS}` } : {}),
  };
}

/** Sets the headers of a page on every response; one that the page has set itself stays. */
export function securityHeaders(baseUrl: string): MiddlewareHandler {
  const headers = Object.entries(pageHeaders(baseUrl));
  return async (c, next) => {
    await next();
    for (const [name, value] of headers) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}
