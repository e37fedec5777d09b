import type { Tool } from '../catalogue/types.ts';
import type { ToolResult } from '../mcp/tool-result.ts';
import { errorText } from './envelope.ts';
import { headerOf, rateLimitOf, retryAfterSeconds } from './header.ts';
import type {
  ArgumentFault,
  Diagnostics,
  UpstreamFault,
  UpstreamFaultCode,
  UpstreamResponse,
} from './types.ts';

/** What a result needs to know of the call it answers. */
export interface ResultContext {
  readonly requestId: string;
  /** Milliseconds since the epoch, for limits that end at a moment. Default: now. */
  readonly nowMs?: number;
}

const FAULT_STATUS: Readonly<Record<UpstreamFaultCode, number>> = {
  upstream_timeout: 504,
  upstream_unreachable: 502,
  upstream_reset: 502,
  upstream_too_large: 502,
  upstream_aborted: 499,
};

/** The answer to arguments that cannot be used: a result, so that the model can read it and try again. */
export function presentArgumentFaults(faults: readonly ArgumentFault[], context: ResultContext): ToolResult {
  return errorResult({
    status: 400,
    code: 'invalid_arguments',
    message: faults
      .map(({ field, message }) => (field === '' ? message : `${field} ${message}`))
      .join('; ')
      .slice(0, 3_000),
    request_id: context.requestId,
    hint: 'Nothing was sent. Correct the arguments and call the tool again.',
  });
}

export function diagnoseFault(tool: Tool, fault: UpstreamFault, context: ResultContext): Diagnostics {
  const hint = fault.code === 'upstream_aborted' ? undefined : retryHint(tool);
  return {
    status: FAULT_STATUS[fault.code],
    code: fault.code,
    message: fault.message,
    request_id: context.requestId,
    ...(hint === undefined || fault.code === 'upstream_too_large' ? {} : { hint }),
  };
}

/** For every answer that is not 2xx. The upstream's own words are cleaned, capped and marked as its own. */
export function diagnoseResponse(
  tool: Tool,
  response: UpstreamResponse,
  context: ResultContext,
): Diagnostics {
  const { status, headers, body } = response;
  const nowMs = context.nowMs ?? Date.now();
  const kind = kindOf(status);
  const said = kind.quote ? errorText(body, headerOf(headers, 'content-type') ?? '') : '';
  const upstreamId = headerOf(headers, 'x-request-id') ?? headerOf(headers, 'request-id');
  const reference =
    upstreamId && /^[\w.:-]{1,128}$/.test(upstreamId) ? ` The API calls this request ${upstreamId}.` : '';
  const wait = status === 429 || status === 503 ? retryAfterSeconds(headers, nowMs) : undefined;
  const limit = rateLimitOf(headers, nowMs);
  const hint = status >= 500 ? retryHint(tool) : kind.hint;
  return {
    status,
    code: kind.code,
    message: `${kind.message ?? `The API answered ${status}`}${said === '' ? '.' : `: ${said}`}${reference}`,
    request_id: context.requestId,
    ...(wait === undefined ? {} : { retry_after_seconds: wait }),
    ...(limit === undefined ? {} : { rate_limit: limit }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The same JSON as text and as structured content: not every client reads both. */
export function errorResult(diagnostics: Diagnostics): ToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(diagnostics) }],
    structuredContent: { ...diagnostics },
    isError: true,
  };
}

interface Kind {
  readonly code: string;
  readonly message?: string;
  readonly hint?: string;
  /** The API's own words help. */
  readonly quote: boolean;
}

const KINDS: ReadonlyMap<number, Kind> = new Map([
  [
    401,
    {
      // Our caller is signed in; it is the connection behind us that is not.
      code: 'upstream_unauthorized',
      message: 'The API refused the credential of this connection; the connection needs renewing',
      hint: 'An administrator of the organisation has to renew the connector’s credential. Signing in again does not help.',
      quote: false,
    },
  ],
  [
    402,
    {
      code: 'insufficient_credits',
      hint: 'Credits or a payment are missing at the API. Calling again does not help until there are some.',
      quote: true,
    },
  ],
  [403, { code: 'upstream_forbidden', hint: 'The connection may not do this at the API.', quote: true }],
  [404, { code: 'upstream_not_found', hint: 'Check the identifiers in the arguments.', quote: true }],
  [409, { code: 'upstream_conflict', quote: true }],
  [429, { code: 'rate_limited', hint: 'Wait before the next call.', quote: true }],
]);

function kindOf(status: number): Kind {
  const known = KINDS.get(status);
  if (known) return known;
  if (status >= 500) return { code: 'upstream_error', quote: true };
  if (status >= 400)
    return { code: 'upstream_rejected', hint: 'Correct the arguments and call the tool again.', quote: true };
  return {
    code: 'upstream_redirect',
    message: `The API answered ${status} and pointed elsewhere, where the credential is not sent`,
    hint: 'If the API has moved, the connector’s base URL has to be changed.',
    quote: false,
  };
}

function retryHint(tool: Tool): string {
  const { readOnlyHint, idempotentHint } = tool.annotations;
  return readOnlyHint || idempotentHint
    ? 'The call may be repeated.'
    : 'It may have taken effect: check before you call again.';
}
