import type { ToolResult } from '@latchkey/tools';
import { AppError } from '../../../kernel/errors.ts';
import type { RequestId } from '../../../kernel/ids.ts';
import { refusedResult } from '../tool-result.ts';
import { CONFIRMATION_SECONDS } from './lifetime.ts';

/** The person was asked and did not agree. */
export function declined(how: 'declined' | 'cancelled', requestId: RequestId): ToolResult {
  const said = how === 'declined' ? 'did not agree' : 'closed the question without an answer';
  return refusedResult(new AppError('forbidden', `The person ${said}, so nothing was sent.`), requestId);
}

/** For clients that cannot ask in a form: the question, and the code that says that it was answered with yes. */
export function codeWanted(ask: {
  readonly message: string;
  readonly code: string;
  readonly argument: string;
  /** What was wrong with the code that came. */
  readonly fault?: 'invalid' | 'expired' | 'used' | undefined;
  readonly requestId: RequestId;
}): ToolResult {
  const { argument, code, fault, message, requestId } = ask;
  const fields = {
    status: 428,
    code: 'confirmation_required',
    message,
    request_id: requestId,
    confirmation_code: code,
    expires_in_seconds: CONFIRMATION_SECONDS,
    hint: `${fault === undefined ? '' : `${FAULTS[fault]} `}Nothing was sent. Show the message to the person. Only if they agree, call the tool again with the same arguments and ${argument}: "${code}". The code is good once.`,
  };
  return {
    content: [{ type: 'text', text: JSON.stringify(fields) }],
    structuredContent: fields,
    isError: true,
  };
}

const FAULTS = {
  invalid: 'That code is not for this call: it is unknown, or the arguments are others.',
  expired: 'That code has expired.',
  used: 'That code was used before.',
} as const;
