import { Hono } from 'hono';
import type { Introspect } from '../grants/introspect.ts';
import type { RevokeToken } from '../grants/revoke-token.ts';
import { parseResourceUrl } from '../kernel/resource.ts';
import type { LimitDecision } from '../limits/limiter.ts';
import { createAuthorize, type AuthorizeDeps } from './authorize.ts';
import { createDiscovery } from './discovery.ts';
import type { OAuthEnv } from './env.ts';
import { createIntrospection } from './introspect.ts';
import { createRegister } from './register.ts';
import { createRevoke } from './revoke.ts';
import { createToken, type TokenDeps } from './token/token.ts';

export interface OAuthDeps extends AuthorizeDeps, Omit<TokenDeps, 'resourcePath'> {
  revokeToken: RevokeToken;
  introspect: Introspect;
  jwks: () => object;
  limitRegistrations: (address: string) => LimitDecision;
}

/** The authorization server (OAuth 2.1), at the root of the gateway's origin. */
export function createOAuth(deps: OAuthDeps): Hono<OAuthEnv> {
  const resourcePath = (indicator: string) =>
    parseResourceUrl(indicator, deps.issuer, deps.connectorPaths)?.path;
  return new Hono<OAuthEnv>()
    .route('/authorize', createAuthorize(deps))
    .route('/token', createToken({ ...deps, resourcePath }))
    .route('/register', createRegister({ ...deps, limit: deps.limitRegistrations }))
    .route('/revoke', createRevoke(deps))
    .route('/introspect', createIntrospection(deps))
    .route('/', createDiscovery(deps));
}
