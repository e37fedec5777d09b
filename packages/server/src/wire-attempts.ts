import type { AppOptions } from './app-options.ts';
import { createAttempts } from './audit/attempts/attempts.ts';
import { createFirstCalls } from './audit/attempts/first-calls.ts';
import { createListAttempts } from './audit/attempts/list-attempts.ts';
import { createOrigins } from './audit/attempts/origin.ts';
import { askedAt, type AttemptTrace } from './audit/attempts/trace.ts';
import type { DoorAttempts } from './gateway/attempts.ts';
import type { CallerOf } from './kernel/callers.ts';
import { deriveKey } from './kernel/seal.ts';

interface OriginHeaders {
  readonly 'x-forwarded-for'?: string | string[] | undefined;
  readonly 'user-agent'?: string | undefined;
}

/** The part of the wiring that follows how apps get on with connecting. */
export function wireAttempts({
  callerOf,
  clock,
  log,
  masterSecret,
  store,
}: Pick<AppOptions, 'clock' | 'log' | 'masterSecret' | 'store'> & { callerOf: CallerOf }) {
  const attempts = createAttempts({ store, clock, log });
  const originOf = createOrigins(deriveKey(masterSecret, 'sources of attempts'));
  const trace: AttemptTrace = { note: attempts.note, originOf };
  const firstCalls = createFirstCalls({ attempts, clock });

  function callerOfRequest(peer: string | undefined, forwarded: string | string[] | undefined) {
    return callerOf(peer, typeof forwarded === 'string' ? forwarded : undefined);
  }

  function originOfRequest(peer: string | undefined, headers: OriginHeaders) {
    return originOf(callerOfRequest(peer, headers['x-forwarded-for']), headers['user-agent']);
  }

  const doors: DoorAttempts = {
    challenged(req, resource, fault) {
      attempts.note({
        by: 'place',
        step: 'challenged',
        origin: originOfRequest(req.socket.remoteAddress, req.headers),
        at: askedAt(resource),
        ...(fault === undefined ? {} : { fault }),
      });
    },
    asked({ headers, message, peer, principal, resource }) {
      if (message.kind !== 'request') return undefined;
      const { method, params } = message;
      return firstCalls.asked({
        principal,
        method,
        params,
        at: askedAt(resource),
        origin: () => originOfRequest(peer, headers),
      });
    },
  };
  return {
    addressOf: (peer: string | undefined, forwarded: string | string[] | undefined) =>
      callerOfRequest(peer, forwarded).from,
    close: attempts.close,
    doors,
    list: createListAttempts({ store, clock }),
    trace,
  };
}
