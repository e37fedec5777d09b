import { createMiddleware } from 'hono/factory';

import type { Log } from '../../kernel/log.ts';
import type { VerifyAssertion } from './assertion.ts';
import type { ReelportEnv } from './caller.ts';
import { Problem } from './problem.ts';

const RETRY_AFTER_SECONDS = '5';

/** Puts the caller on the request, or answers 401; 503 while Latchkey's keys cannot be read. */
export function authenticate(verify: VerifyAssertion, log: Log) {
  return createMiddleware<ReelportEnv>(async (c, next) => {
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined) throw unauthenticated();
    const verified = await verify(token);
    if (!verified.ok) {
      const requestId = c.get('requestId');
      if (verified.error.reason === 'refused') {
        log.warn({ requestId, evidence: verified.error.evidence }, 'reelport refused an assertion');
        throw unauthenticated();
      }
      throw new Problem('unavailable', 'The keys of Latchkey cannot be read. Try again in a moment.', {
        headers: { 'Retry-After': RETRY_AFTER_SECONDS },
        cause: verified.error.cause,
      });
    }
    c.set('caller', verified.value);
    await next();
  });
}

/** A caller with read access gets no further than the safe methods. */
export const refuseReadOnlyWrites = createMiddleware<ReelportEnv>(async (c, next) => {
  const isSafe = c.req.method === 'GET' || c.req.method === 'HEAD';
  if (!isSafe && c.get('caller').access === 'read') {
    throw new Problem('read_only', 'This operation changes something and the access is read-only.');
  }
  await next();
});

function unauthenticated(): Problem {
  return new Problem('unauthenticated', 'Send a valid Latchkey assertion as a bearer token.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="reelport"' },
  });
}
