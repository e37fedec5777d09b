import {
  serializeResult,
  textWithDigits,
  type Diagnostics,
  type Dialect,
  type ToolResult,
} from '@latchkey/tools';
import type { AppError } from '../../kernel/errors.ts';
import type { RequestId } from '../../kernel/ids.ts';
import { MODERN_QUESTION_HEAD, MODERN_RESULT_HEAD } from './server-info.ts';
import type { ToolOutcome } from './tool-call.ts';

/** A tool's result as JSON, with the fields that the client's revision knows. */
export function serializeToolResult(result: ToolResult, dialect: Dialect): string {
  return serializeResult(result, dialect, MODERN_RESULT_HEAD);
}

/** What has to be answered before there is a result, as JSON. */
export function serializeQuestion({
  inputRequests,
  requestState,
}: Extract<ToolOutcome, { kind: 'input_required' }>): string {
  const asked = inputRequests === undefined ? '' : `,"inputRequests":${textWithDigits(inputRequests)}`;
  const state = requestState === undefined ? '' : `,"requestState":${JSON.stringify(requestState)}`;
  return `${MODERN_QUESTION_HEAD}${asked}${state}}`;
}

/** A refusal of our own as the result of a call, which is where a model sees it. */
export function refusedResult(error: AppError, requestId: RequestId, hint?: string): ToolResult {
  const diagnostics: Diagnostics = {
    status: error.status,
    code: error.code,
    message: error.publicMessage,
    request_id: requestId,
    ...(error.retryAfterSeconds === undefined ? {} : { retry_after_seconds: error.retryAfterSeconds }),
    ...(error.spent === undefined
      ? {}
      : {
          rate_limit: {
            limit: error.spent.limit,
            remaining: 0,
            reset_seconds: error.spent.resetSeconds,
          },
        }),
    ...(hint === undefined ? {} : { hint }),
  };
  return {
    content: [{ type: 'text', text: JSON.stringify(diagnostics) }],
    structuredContent: { ...diagnostics },
    isError: true,
  };
}
