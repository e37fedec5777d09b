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
import { createToken, type TokenDeps, type TokenRequest, type TokenResponse } from './token/token.ts';

export interface OAuthDeps extends AuthorizeDeps, Omit<TokenDeps, 'resourcePath'> {
  revokeToken: RevokeToken;
  introspect: Introspect;
  jwks: () => object;
  limitRegistrations: LimitRegistrations;
  callerOf: CallerOf;
  /** Those that go with each answer of this host. */
  headers: Readonly<Record<string, string>>;
  log: Log;
  /** Told each answer of the token endpoint, with the form as it came. */
  observeToken?: ((form: string, answer: { status: number; body: object }) => void) | undefined;
}

/** The authorization server (OAuth 2.1), at the root of the gateway's origin: `token` serves POST /token, `routes` the rest. */
export function createOAuth(deps: OAuthDeps): { token: RequestListener; routes: Hono<OAuthEnv> } {
  const resourcePath = (indicator: string) =>
    parseResourceUrl(indicator, deps.issuer, deps.connectorPaths)?.path;
  const { callerOf, headers, log, observeToken } = deps;
  const answer = createToken({ ...deps, resourcePath });
  const token = createTokenDoor({
    answer: observeToken === undefined ? answer : observed,
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

  async function observed(request: TokenRequest): Promise<TokenResponse> {
    try {
      const response = await answer(request);
      observeToken?.(request.body, response);
      return response;
    } catch (thrown) {
      observeToken?.(request.body, { status: 500, body: { error: 'server_error' } });
      throw thrown;
    }
  }
}
