import type { Context } from 'hono';
import { deepestCause } from '../kernel/deepest-cause.ts';
import { errorBody, toAppError, AppError, type ErrorCode } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { errorPage, type PageStatus } from './error-page.tsx';
import type { FormFault } from './form-guard.ts';
import type { PageEnv } from './page-env.ts';

const TITLES: Partial<Record<ErrorCode, string>> = {
  not_found: 'There is no such page',
  gone: 'This is over',
  payload_too_large: 'That was too much at once',
  rate_limited: 'Too many attempts',
  forbidden: 'This is not allowed',
  unavailable: 'Not available right now',
  internal: 'Something went wrong',
};

/** For `notFound`: a page for browsers, JSON for everyone else. */
export function notFound(c: Context<PageEnv>): Response | Promise<Response> {
  return showError(c, new AppError('not_found', 'Nothing is served at this address.'));
}

/** For `onError`: what was not foreseen is logged in full and shown as nothing but a request_id. */
export function createErrorHandler(log: Log) {
  return (thrown: unknown, c: Context<PageEnv>): Response | Promise<Response> => {
    const error = toAppError(thrown);
    if (error.status >= 500) {
      const cause = deepestCause(thrown);
      const message = thrown instanceof AppError ? thrown.message : cause.message;
      log.error({ requestId: c.get('requestId'), code: error.code, cause: cause.stack }, message);
    }
    return showError(c, error);
  };
}

/** A form that was not ours, or not this browser's, is refused with the words that help an honest visitor. */
export function formRefused(c: Context<PageEnv>, fault: FormFault, baseUrl: string) {
  const fromElsewhere = fault.reason === 'cross_site';
  return errorPage(c, 403, {
    title: 'This form was not accepted',
    message: fromElsewhere
      ? 'It was sent from another site, so nothing was done with it.'
      : 'It does not belong to this browser, or it is from an earlier visit. Nothing was done with it.',
    next: fromElsewhere ? (
      <>
        Open <a href={baseUrl}>{baseUrl}</a> itself and try again.
      </>
    ) : (
      'Go back, reload the page and try again. Cookies must be allowed for this site.'
    ),
    code: fromElsewhere ? 'cross_site_form' : 'form_token_invalid',
    requestId: c.get('requestId'),
  });
}

function showError(c: Context<PageEnv>, error: AppError): Response | Promise<Response> {
  const requestId = c.get('requestId');
  const status = error.status as PageStatus;
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds));
  if (!(c.req.header('accept') ?? '').includes('text/html')) {
    return c.body(errorBody(error, requestId), status, { 'Content-Type': 'application/json' });
  }
  return errorPage(c, status, {
    title: TITLES[error.code] ?? 'That did not work',
    message: error.publicMessage,
    next: error.code === 'not_found' ? <a href="/">Go to the start page</a> : undefined,
    code: error.code,
    requestId,
  });
}
