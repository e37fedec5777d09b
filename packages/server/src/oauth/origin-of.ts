import type { Context } from 'hono';
import type { Origin } from '../audit/attempts/steps.ts';
import type { AttemptTrace } from '../audit/attempts/trace.ts';
import type { OAuthEnv } from './env.ts';

/** Where a request came from, for the trace of attempts. */
export function originOf(trace: AttemptTrace, context: Context<OAuthEnv>): Origin {
  const caller = {
    address: context.get('address') ?? 'unknown',
    sharedEgress: context.get('sharedEgress'),
    from: context.get('from'),
  };
  return trace.originOf(caller, context.req.header('User-Agent'));
}
