import type { Exchange } from '../exchange.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';

// No cookie is ever read here, so any page may read what it was given for its own key or token.
const ANY_ORIGIN = ['Access-Control-Allow-Origin', '*'] as const;

const ALLOWED =
  'Authorization, DPoP, X-API-Key, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID';
const PARAMETERS_MAX = 32;

/** What a page may send. Headers of tools' parameters have names of the tools' own (MCP 2026-07-28, Custom headers). */
export function preflightHeaders({ headers }: AnyRequest): readonly string[] {
  const asked = headers['access-control-request-headers']?.split(',') ?? [];
  const parameters = asked.map((name) => name.trim()).filter((name) => PARAMETER.test(name));
  return [
    'Access-Control-Allow-Methods',
    'POST, GET, DELETE, OPTIONS',
    'Access-Control-Allow-Headers',
    [ALLOWED, ...parameters.slice(0, PARAMETERS_MAX)].join(', '),
    'Access-Control-Max-Age',
    '7200',
  ];
}

const PARAMETER = /^mcp-param-[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/i;

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
