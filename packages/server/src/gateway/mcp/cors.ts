import type { Exchange } from '../exchange.ts';

// No cookie is ever read here, so any page may read what it was given for its own key or token.
const ANY_ORIGIN = ['Access-Control-Allow-Origin', '*'] as const;

export const PREFLIGHT_HEADERS: readonly string[] = [
  'Access-Control-Allow-Methods',
  'POST, GET, DELETE, OPTIONS',
  'Access-Control-Allow-Headers',
  'Authorization, DPoP, X-API-Key, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID',
  'Access-Control-Max-Age',
  '7200',
];

const EXPOSED: readonly string[] = [
  ...ANY_ORIGIN,
  'Access-Control-Expose-Headers',
  'WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, X-Request-Id, RateLimit, RateLimit-Policy, Retry-After, DPoP-Nonce',
];

/** For a caller that is a page in a browser, all answers say that it may read them: refusals too, or it cannot sign in. */
export function withCors(exchange: Exchange): Exchange {
  if (exchange.req.headers.origin === undefined) return exchange;
  return { ...exchange, headers: [...exchange.headers, ...EXPOSED] };
}
