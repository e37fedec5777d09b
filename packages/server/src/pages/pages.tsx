import { Hono } from 'hono';
import { assetRoutes } from './assets.ts';
import type { PagesDeps } from './deps.ts';
import { createErrorHandler, notFound } from './failures.tsx';
import { createOAuthErrorPage } from './oauth-error-page.tsx';
import type { PageEnv } from './page-env.ts';
import { requestIds } from './request-id.ts';
import { secondFactorRoutes } from './second-factor.tsx';
import { securityHeaders } from './security-headers.ts';
import { setupRoutes } from './setup.tsx';
import { signInRoutes } from './sign-in.tsx';
import { signOutRoutes } from './sign-out.tsx';

/**
 * The web host's pages. `routes` has sign-in, sign-out, set-up and the front door, and gives whatever else is mounted
 * on it the same headers, request ids, 404 and error page. `gatewayRoutes` is all of it that a gateway host of its own
 * needs: the same surroundings, what its error pages load, and a front door that leads to the web host.
 */
export function createPages(deps: PagesDeps) {
  const mcpBaseUrl = deps.mcpBaseUrl ?? deps.baseUrl;
  const onError = createErrorHandler(deps.log);
  const routes = surroundings(deps.baseUrl);
  routes.get('/', async (c) => c.redirect((await deps.setup.isOpen()) ? '/setup' : '/app', 302));
  routes.route('/', signInRoutes(deps));
  routes.route('/', secondFactorRoutes(deps));
  routes.route('/', signOutRoutes(deps));
  routes.route('/', setupRoutes(deps));
  const gatewayRoutes = surroundings(mcpBaseUrl);
  gatewayRoutes.get('/', (c) => c.redirect(deps.baseUrl, 302));
  return { routes, gatewayRoutes, notFound, onError, renderOAuthError: createOAuthErrorPage(mcpBaseUrl) };

  function surroundings(baseUrl: string): Hono<PageEnv> {
    const app = new Hono<PageEnv>();
    app.use(requestIds(), securityHeaders(baseUrl));
    app.notFound(notFound);
    app.onError(onError);
    return app.route('/', assetRoutes());
  }
}
