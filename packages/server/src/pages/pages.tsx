import { Hono } from 'hono';
import { assetRoutes } from './assets.ts';
import type { PagesDeps } from './deps.ts';
import { createErrorHandler, notFound } from './failures.tsx';
import { createOAuthErrorPage } from './oauth-error-page.tsx';
import type { PageEnv } from './page-env.ts';
import { requestIds } from './request-id.ts';
import { securityHeaders } from './security-headers.ts';
import { setupRoutes } from './setup.tsx';
import { signInRoutes } from './sign-in.tsx';
import { signOutRoutes } from './sign-out.tsx';

/**
 * The web host's pages. `routes` has sign-in, sign-out, set-up and the front door, and gives whatever else is mounted
 * on it the same headers, request ids, 404 and error page. `assets` is for a gateway host that shows errors of its own.
 */
export function createPages(deps: PagesDeps) {
  const onError = createErrorHandler(deps.log);
  const routes = new Hono<PageEnv>();
  routes.use(requestIds(), securityHeaders(deps.baseUrl));
  routes.notFound(notFound);
  routes.onError(onError);
  routes.get('/', async (c) => c.redirect((await deps.setup.isOpen()) ? '/setup' : '/app', 302));
  routes.route('/', assetRoutes());
  routes.route('/', signInRoutes(deps));
  routes.route('/', signOutRoutes(deps));
  routes.route('/', setupRoutes(deps));
  return {
    routes,
    assets: assetRoutes(),
    notFound,
    onError,
    renderOAuthError: createOAuthErrorPage(deps.mcpBaseUrl ?? deps.baseUrl),
  };
}
