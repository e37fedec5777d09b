import { uiText as text } from '../text/ui.ts';

/** A request that failed, in words that may be shown. `requestId` is what an operator looks up in the log. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  /** The whole answer, where a page shows more of a refusal than its sentence. */
  readonly body: unknown;

  constructor(status: number, code: string, message: string, requestId: string | undefined, body?: unknown) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.body = body;
  }
}

/** The contract's error body, or what can be said of an answer that is not one, such as a proxy's page. */
export function readError(status: number, body: unknown, requestId: string | undefined): ApiError {
  const error = fieldOf(body, 'error');
  const code = fieldOf(error, 'code');
  const message = fieldOf(error, 'message');
  const named = fieldOf(error, 'request_id');
  return new ApiError(
    status,
    typeof code === 'string' ? code : 'unreadable',
    typeof message === 'string' ? message : text.noReason(status),
    typeof named === 'string' ? named : requestId,
    body,
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
