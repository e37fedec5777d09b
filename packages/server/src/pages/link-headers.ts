import type { MiddlewareHandler } from 'hono';
import { AppError } from '../kernel/errors.ts';
import type { LimitAnswer, PagesDeps } from './deps.ts';
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

/** So that nobody tries links by the thousand. Throws `rate_limited`. */
export function limitsLinks(limit: PagesDeps['limit']): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const answer: LimitAnswer = await limit(`link:address:${c.get('address') ?? 'unknown'}`);
    if (!answer.allowed) {
      const { retryAfterSeconds } = answer;
      throw new AppError('rate_limited', `Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
    }
    await next();
  };
}
