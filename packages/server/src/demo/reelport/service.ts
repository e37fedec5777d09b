import { Hono } from 'hono';

import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { accountRoutes } from './accounts.ts';
import { analyticsRoutes } from './analytics.ts';
import type { VerifyAssertion } from './assertion.ts';
import { authenticate, refuseReadOnlyWrites } from './authenticate.ts';
import { bundleRoutes } from './bundles.ts';
import { discardRest } from './body.ts';
import type { ReelportEnv } from './caller.ts';
import { creditRoutes } from './credits.ts';
import { isUnavailable } from './database.ts';
import type { Database } from './database.ts';
import { mediaRoutes } from './media.ts';
import { welcomeOrganisation } from './organisations.ts';
import { Problem, notFound, presentProblem } from './problem.ts';
import { publishRoutes } from './publish.ts';
import { limitByOrganisation } from './rate-limit.ts';
import { requestId } from './request-id.ts';
import { uploadRoutes } from './upload.ts';
import { createUploadTokens } from './upload-token.ts';
import { webhookRoutes } from './webhooks.ts';

interface ServiceDeps {
  database: Database;
  verify: VerifyAssertion;
  clock: Clock;
  log: Log;
  requestsPerMinute: number;
  ownUrl: () => string;
}

/** The whole API: the steps that every request takes, then one group of routes per noun. */
export function createService(deps: ServiceDeps): Hono<ReelportEnv> {
  const { log } = deps;
  const uploadTokens = createUploadTokens(deps.clock);
  const service = new Hono<ReelportEnv>();

  service.use(requestId);
  service.use(async (c, next) => {
    await next();
    const { method, path } = c.req;
    log.debug({ requestId: c.get('requestId'), method, path, status: c.res.status }, 'reelport answered');
  });
  // Before authentication: the signed token in an upload URL takes its place.
  service.route('/', uploadRoutes({ ...deps, uploadTokens }));

  service.use(authenticate(deps.verify, log));
  service.use(limitByOrganisation(deps));
  service.use(refuseReadOnlyWrites);
  service.use(welcomeOrganisation(deps));

  service.route('/bundles', bundleRoutes(deps));
  service.route('/bundles', publishRoutes(deps));
  service.route('/accounts', accountRoutes(deps));
  service.route('/media', mediaRoutes({ ...deps, uploadTokens }));
  service.route('/webhooks', webhookRoutes(deps));
  service.route('/credits', creditRoutes(deps));
  service.route('/', analyticsRoutes(deps));

  service.notFound(() => {
    throw notFound('operation');
  });
  service.onError(async (error, c) => {
    await discardRest(c.req.raw);
    const problem = toProblem(error);
    const id = c.get('requestId');
    if (error !== problem || problem.code === 'unavailable') {
      log.error({ requestId: id, err: problem.cause ?? error }, 'reelport failed');
    }
    return presentProblem(c, problem, id);
  });
  return service;
}

function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    return new Problem('unavailable', 'The database cannot be reached. Try again in a moment.', {
      headers: { 'Retry-After': '5' },
      cause: error,
    });
  }
  return new Problem('internal', 'Quote the request_id if you report it.', { cause: error });
}
