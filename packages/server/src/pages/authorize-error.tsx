import type { Context } from 'hono';
import type { RequestId } from '../kernel/ids.ts';
import { errorPage } from './error-page.tsx';

/** An authorize request that cannot go on. The link tells the app; it is never followed for anybody. */
export function authorizeError(
  c: Context,
  requestId: RequestId,
  { title, message, back }: { title: string; message: string; back?: { href: string; destination: string } },
) {
  return errorPage(c, 400, {
    title,
    message,
    next:
      back === undefined ? undefined : (
        <a href={back.href} rel="noreferrer">
          Return to <bdi>{back.destination}</bdi>
        </a>
      ),
    code: 'invalid_request',
    requestId,
  });
}
