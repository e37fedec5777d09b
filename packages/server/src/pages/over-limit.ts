import type { Context } from 'hono';
import type { AskedLimit } from '../limits/headers.ts';
import { sayLimit } from '../limits/say-limit.ts';
import { inSeconds } from './in-seconds.ts';
import type { PageEnv } from './page-env.ts';

/** What is said to a person who is over a limit, while headers say it to programs. Undefined: they may go on. */
export function overLimit(c: Context<PageEnv>, asked: AskedLimit): string | undefined {
  const { allowed, retryAfterSeconds } = asked.decision;
  if (allowed) return undefined;
  sayLimit(c, asked);
  return tooManyAttempts(retryAfterSeconds);
}

export function tooManyAttempts(retryAfterSeconds: number): string {
  return `Too many attempts. Try again in ${inSeconds(retryAfterSeconds)}.`;
}
