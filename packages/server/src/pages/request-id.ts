import type { MiddlewareHandler } from 'hono';
import type { RequestId } from '../kernel/ids.ts';
import type { PageEnv } from './page-env.ts';

/** Names the request on every response. One that the caller sends is not taken: it could be anything, or another's. */
export function requestIds(newRequestId: () => RequestId): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const requestId = newRequestId();
    c.set('requestId', requestId);
    await next();
    c.res.headers.set('X-Request-Id', requestId);
  };
}
