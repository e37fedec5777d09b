import type { RequestListener } from 'node:http';
import { Hono } from 'hono';
import type { Introspect } from '../grants/introspect.ts';
import type { RevokeToken } from '../grants/revoke-token.ts';
import { parseResourceUrl } from '../kernel/resource.ts';
import type { CallerOf } from '../kernel/callers.ts';
import type { Log } from '../kernel/log.ts';
import { createAuthorize, type AuthorizeDeps } from './authorize.ts';
import { createDiscovery } from './discovery.ts';
import type { OAuthEnv } from './env.ts';
import { createIntrospection } from './introspect.ts';
import { createPostEndpoint } from './post-endpoint.ts';
import { createRegister, type LimitRegistrations } from './register.ts';
import { createRevoke } from './revoke.ts';
import { createTokenDoor } from './token/token-door.ts';
import { createToken, type TokenDeps } from './token/token.ts';

export interface OAuthDeps extends AuthorizeDeps, Omit<TokenDeps, 'resourcePath'> {
  revokeToken: RevokeToken;
  introspect: Introspect;
  jwks: () => object;
  limitRegistrations: LimitRegistrations;
  callerOf: CallerOf;
  /** Those that go with each answer of this host. */
  headers: Readonly<Record<string, string>>;
  log: Log;
}

/** The authorization server (OAuth 2.1), at the root of the gateway's origin: `token` serves POST /token, `routes` the rest. */
export function createOAuth(deps: OAuthDeps): { token: RequestListener; routes: Hono<OAuthEnv> } {
  const resourcePath = (indicator: string) =>
    parseResourceUrl(indicator, deps.issuer, deps.connectorPaths)?.path;
  const { callerOf, headers, log } = deps;
  const token = createTokenDoor({
    answer: createToken({ ...deps, resourcePath }),
    callerOf,
    headers,
    log,
  });
  const routes = new Hono<OAuthEnv>()
    .route('/authorize', createAuthorize(deps))
    // What is not POST: preflights, and what is refused.
    .route('/token', createPostEndpoint({ log, failure: { status: 500, error: 'server_error' } }))
    .route('/register', createRegister(deps))
    .route('/revoke', createRevoke(deps))
    .route('/introspect', createIntrospection(deps))
    .route('/', createDiscovery(deps));
  return { token, routes };
}
