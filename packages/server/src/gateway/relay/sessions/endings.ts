import { AppError } from '../../../kernel/errors.ts';
import { faultOf } from '../../../upstreams/fault.ts';
import { faultFrom, type Fault } from '../fault-answer.ts';

/** Why a session ends, or does not begin: what is said to requests that are under way on it. */
const ended = (message: string): Fault => ({ code: 'unavailable', message, status: 503 });

export const NO_ANSWER = faultFrom(faultOf('upstream_timeout'));
export const NOT_BEGUN = ended('The session did not begin.');
export const IDLE = ended('The session has ended: nobody used it.');
export const DELETED = ended('The session was ended by its client.');
export const OTHER_SERVER = ended('The session has ended: its connector is another one now, or gone.');
export const RESTARTING = ended('This server is being restarted. Try again.');

export const CLOSING = new AppError('unavailable', RESTARTING.message, { retryAfterSeconds: 1 });
export const TOO_MANY = new AppError(
  'rate_limited',
  'Too many sessions are open: end one, or try again later.',
  { retryAfterSeconds: 30 },
);
export const NO_STREAM = new AppError(
  'method_not_allowed',
  'This address takes POST: send initialize for a session, whose stream is opened by GET.',
);
/** Clients take it for a server without such a stream, and go on without. */
export const ELSEWHERE = new AppError(
  'method_not_allowed',
  'The stream of this session cannot be opened at this node: it lives at another one. Its calls are answered all the same.',
);
