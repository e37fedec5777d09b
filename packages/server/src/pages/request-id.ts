import type { MiddlewareHandler } from 'hono';
import { newId, type RequestId } from '../kernel/ids.ts';
import type { PageEnv } from './page-env.ts';

/**
 * Names the request on every response. The name is ours, given here or by the composition root: one that the caller
 * sends could be anything, or another request's.
 */
export function requestIds(): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const given: RequestId | undefined = c.get('requestId');
    const requestId = given ?? newId('req');
    c.set('requestId', requestId);
    await next();
    c.res.headers.set('X-Request-Id', requestId);
  };
}
