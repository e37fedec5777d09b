import { createMiddleware } from 'hono/factory';

import type { Clock } from '../../kernel/clock.ts';
import type { ReelportEnv } from './caller.ts';
import { Problem } from './problem.ts';

const WINDOW_SECONDS = 60;
const WINDOW_MS = WINDOW_SECONDS * 1_000;

/** A fixed window per organisation. Plain on purpose: it is here so that clients meet a 429. */
export function limitByOrganisation(options: { requestsPerMinute: number; clock: Clock }) {
  const { requestsPerMinute, clock } = options;
  let windowStart = clock.nowMs();
  const usedByOrg = new Map<string, number>();

  return createMiddleware<ReelportEnv>(async (c, next) => {
    const now = clock.nowMs();
    if (now - windowStart >= WINDOW_MS) {
      windowStart = now;
      usedByOrg.clear();
    }
    const { orgId } = c.get('caller');
    const used = (usedByOrg.get(orgId) ?? 0) + 1;
    usedByOrg.set(orgId, used);

    const resetSeconds = Math.max(1, Math.ceil((windowStart + WINDOW_MS - now) / 1_000));
    const remaining = Math.max(0, requestsPerMinute - used);
    c.header('RateLimit-Policy', `"organisation";q=${requestsPerMinute};w=${WINDOW_SECONDS}`);
    c.header('RateLimit', `"organisation";r=${remaining};t=${resetSeconds}`);
    if (used > requestsPerMinute) {
      throw new Problem('rate_limited', `Try again in ${resetSeconds} seconds.`, {
        headers: { 'Retry-After': String(resetSeconds) },
      });
    }
    await next();
  });
}
