import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import { bodyCap } from '../kernel/body-cap.ts';
import { deepestCause } from '../kernel/deepest-cause.ts';
import { toAppError } from '../kernel/errors.ts';
import type { RequestId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { OAuthEnv } from './env.ts';
import { FORM_BYTES_MAX } from './form-request.ts';

/** What the caller is told when we fail: nothing about us, and whether to come again. */
export interface Failure {
  status: 500 | 503;
  error: 'server_error' | 'temporarily_unavailable';
}

/** Any page may call these endpoints. */
export const POST_CORS = {
  origin: '*',
  allowMethods: ['POST'],
  allowHeaders: ['Authorization', 'Content-Type', 'DPoP'],
  exposeHeaders: ['DPoP-Nonce', 'WWW-Authenticate'],
};

export const BODY_TOO_LARGE = { error: 'invalid_request', error_description: 'the body is over 16 KiB' };

/** Logged with the name of the request, which is all that the caller learns. */
export function describeFailure(log: Log, requestId: RequestId, error: unknown): string {
  const cause = deepestCause(error);
  log.error({ requestId, error: cause.message, stack: cause.stack }, 'a request of a client failed');
  return `something went wrong on our side; quote ${requestId} if you report it`;
}

/**
 * An endpoint that clients post to: any page may call it, nobody caches its answers, a body has its size, and each
 * refusal is JSON in the words of RFC 6749 section 5.2, our own failures too.
 */
export function createPostEndpoint({ log, failure }: { log: Log; failure: Failure }): Hono<OAuthEnv> {
  const app = new Hono<OAuthEnv>();
  app.use(cors(POST_CORS));
  app.use(async (context, next) => {
    context.header('Cache-Control', 'no-store');
    if (context.req.method === 'POST') return next();
    context.header('Allow', 'POST');
    return context.json({ error: 'invalid_request', error_description: 'the method must be POST' }, 405);
  });
  app.use(
    bodyCap<Context>({
      bytesMax: FORM_BYTES_MAX,
      onTooLarge: (context) => context.json(BODY_TOO_LARGE, 413),
    }),
  );
  app.onError((error, context) => {
    const known = toAppError(error);
    if (known.code !== 'internal' && known.status < 500)
      return context.json({ error: 'invalid_request', error_description: known.publicMessage }, 400);
    const description = describeFailure(log, context.get('requestId'), error);
    context.header('Cache-Control', 'no-store');
    if (failure.status === 503) context.header('Retry-After', '1');
    return context.json({ error: failure.error, error_description: description }, failure.status);
  });
  return app;
}
