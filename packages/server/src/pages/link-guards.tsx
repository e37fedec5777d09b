import type { MiddlewareHandler } from 'hono';
import { sayLimit } from '../limits/say-limit.ts';
import type { PagesDeps } from './deps.ts';
import { errorPage } from './error-page.tsx';
import type { PageEnv } from './page-env.ts';

/** What the token of a link looks like; nothing else is looked up. */
export const LINK_TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * For pages whose address is a secret: no page, image or log learns it as a referrer. Their forms then come with
 * `Origin: null`: the form guard is told so (`hidesOrigin`).
 */
export function hidesAddress(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.res.headers.set('Referrer-Policy', 'no-referrer');
  };
}

/** So that nobody tries links by the thousand. */
export function limitsLinks(limit: PagesDeps['limit']): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const asked = await limit(`link:address:${c.get('address') ?? 'unknown'}`);
    const { allowed, retryAfterSeconds } = asked.decision;
    if (allowed) return next();
    sayLimit(c, asked);
    return errorPage(c, 429, {
      title: 'Too many attempts',
      message: `Try again in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}. The link stays as good as it is.`,
      code: 'rate_limited',
      requestId: c.get('requestId'),
    });
  };
}
