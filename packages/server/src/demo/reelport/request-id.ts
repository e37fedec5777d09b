import { createMiddleware } from 'hono/factory';

import { newId } from '../../kernel/ids.ts';
import type { ReelportEnv } from './caller.ts';

/** Takes over the caller's request id if it is harmless to log and to send back, or makes one. */
export const requestId = createMiddleware<ReelportEnv>(async (c, next) => {
  const given = c.req.header('x-request-id');
  const id = given !== undefined && /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : newId('req');
  c.set('requestId', id);
  c.header('X-Request-Id', id);
  await next();
});
