import { isOutOfReach } from './is-out-of-reach.ts';

/** Every code that a caller can see. A released code keeps its meaning. The value is the HTTP status. */
const STATUS = {
  invalid_request: 400,
  invalid_arguments: 400,
  unauthenticated: 401,
  insufficient_credits: 402,
  forbidden: 403,
  insufficient_scope: 403,
  reauthentication_required: 403,
  person_needed: 403,
  second_factor_required: 403,
  address_not_allowed: 403,
  connect_needed: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  quota_exceeded: 429,
  concurrency_limited: 429,
  internal: 500,
  upstream_unreachable: 502,
  upstream_reset: 502,
  upstream_invalid: 502,
  upstream_too_large: 502,
  unavailable: 503,
  overloaded: 503,
  credential_unavailable: 503,
  upstream_timeout: 504,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** A limit that is used up, for who is told of it. */
export interface SpentLimit {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly resetSeconds: number;
}

/** A refusal: `publicMessage` is what the caller reads, `internalMessage` is what the log says. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly publicMessage: string;
  readonly retryAfterSeconds: number | undefined;
  readonly spent: SpentLimit | undefined;

  constructor(
    code: ErrorCode,
    publicMessage: string,
    more: { internalMessage?: string; cause?: unknown; retryAfterSeconds?: number; spent?: SpentLimit } = {},
  ) {
    super(more.internalMessage ?? publicMessage, { cause: more.cause });
    this.name = 'AppError';
    this.code = code;
    this.publicMessage = publicMessage;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.spent = more.spent;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** The JSON body of an error on the REST door and the portal (see the contract, "Errors"). */
export function errorBody(error: AppError, requestId: string): string {
  return JSON.stringify({
    error: {
      code: error.code,
      message: error.publicMessage,
      request_id: requestId,
      ...(error.retryAfterSeconds === undefined ? {} : { retry_after_seconds: error.retryAfterSeconds }),
    },
  });
}

/** Whatever was thrown, as something that may be shown: what we did not foresee says nothing but `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isBrokenOff(thrown))
    return new AppError('invalid_request', 'The request broke off before its end.', { cause: thrown });
  if (isOutOfReach(thrown))
    return new AppError('unavailable', 'This cannot be done at the moment. Try again.', {
      internalMessage: thrown instanceof Error ? thrown.message : String(thrown),
      cause: thrown,
      retryAfterSeconds: 1,
    });
  return new AppError(
    'internal',
    'Something went wrong on our side. Quote the request_id if you report it.',
    {
      internalMessage: thrown instanceof Error ? thrown.message : String(thrown),
      cause: thrown,
    },
  );
}

/** Its sender went away, or what it sent stopped being HTTP: no fault of ours, and nothing for the log. */
function isBrokenOff(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    thrown.message === 'aborted' &&
    'code' in thrown &&
    thrown.code === 'ECONNRESET'
  );
}
