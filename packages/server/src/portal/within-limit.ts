import type { Context } from 'hono';
import { AppError } from '../kernel/errors.ts';
import type { AskedLimit } from '../limits/headers.ts';
import { sayLimit } from '../limits/say-limit.ts';
import type { PortalEnv } from './env.ts';

/** Refuses what a limit does not allow, and says which limit that is. */
export function withinLimit<Env extends PortalEnv>(
  context: Context<Env>,
  asked: AskedLimit,
  message: (seconds: number) => string,
): void {
  const { allowed, retryAfterSeconds } = asked.decision;
  if (allowed) return;
  sayLimit(context, asked);
  throw new AppError('rate_limited', message(retryAfterSeconds), { retryAfterSeconds });
}
