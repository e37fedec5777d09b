/** What a request is for, as far as a metric may tell: a few classes, never the path itself. */
export const ROUTES = [
  'mcp',
  'api',
  'download',
  'token',
  'authorize',
  'oauth',
  'discovery',
  'portal',
  'dashboard',
  'page',
  'health',
  'metrics',
  'other',
] as const;

export type Route = (typeof ROUTES)[number];

/** By the path alone, without the query: `/mcp/acme` and any name after it are `mcp`. */
export function createRouteOf(connectorPaths: readonly string[]): (path: string) => Route {
  const connectors = new Set(connectorPaths);
  return (path) => {
    const end = path.indexOf('/', 1);
    const first = end < 0 ? path : path.slice(0, end);
    // One of them may stand below /api.
    if (connectors.size > 0 && connectors.has(path)) return 'mcp';
    return FIRST_SEGMENTS.get(first) ?? 'other';
  };
}

const FIRST_SEGMENTS: ReadonlyMap<string, Route> = new Map([
  ['/mcp', 'mcp'],
  ['/api', 'api'],
  ['/downloads', 'download'],
  ['/token', 'token'],
  ['/authorize', 'authorize'],
  ['/register', 'oauth'],
  ['/revoke', 'oauth'],
  ['/introspect', 'oauth'],
  ['/.well-known', 'discovery'],
  ['/portal', 'portal'],
  ['/app', 'dashboard'],
  ['/assets', 'dashboard'],
  ['/oauth', 'page'],
  ['/sign-in', 'page'],
  ['/sign-out', 'page'],
  ['/signed-out', 'page'],
  ['/setup', 'page'],
  ['/invite', 'page'],
  ['/forgot', 'page'],
  ['/reset', 'page'],
  ['/connect', 'page'],
  ['/healthz', 'health'],
  ['/readyz', 'health'],
  ['/metrics', 'metrics'],
]);
