import type { Tool } from '../catalogue/types.ts';
import type { ToolResult } from '../mcp/tool-result.ts';
import { errorText } from './envelope.ts';
import { headerOf, rateLimitOf, retryAfterSeconds } from './header.ts';
import { scopesRefused } from './scope-refusal.ts';
import type {
  ArgumentFault,
  Diagnostics,
  ResponseHeaders,
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
  const hint = faultHint(tool, fault);
  return {
    status: FAULT_STATUS[fault.code],
    code: fault.code,
    message: fault.message,
    request_id: context.requestId,
    ...(hint === undefined ? {} : { hint }),
  };
}

function faultHint(tool: Tool, { code, notSent }: UpstreamFault): string | undefined {
  if (code === 'upstream_aborted') return undefined;
  if (notSent === true) return 'Nothing was sent.';
  if (code !== 'upstream_too_large') return retryHint(tool);
  // It would be as large again, whatever may be repeated; but there was an answer.
  return tool.access === 'full' ? MAY_BE_DONE : undefined;
}

/** For every answer that is not 2xx. The upstream's own words are cleaned, capped and marked as its own. */
export function diagnoseResponse(
  tool: Tool,
  response: UpstreamResponse,
  context: ResultContext,
): Diagnostics {
  const { status, headers, body, cut } = response;
  const nowMs = context.nowMs ?? Date.now();
  const limit = rateLimitOf(headers, nowMs);
  // Some refuse with 403 what is only too much.
  const isLimited = status === 403 && limit?.remaining === 0;
  const kind = kindOf(isLimited ? 429 : status);
  const asked = status >= 400 ? retryAfterSeconds(headers, nowMs) : undefined;
  const wait = asked ?? (isLimited ? limit.reset_seconds : undefined);
  const said = kind.quote ? errorText(body, headerOf(headers, 'content-type') ?? '') : '';
  const upstreamId = upstreamIdOf(headers, context.requestId);
  const reference = upstreamId === undefined ? '' : ` The API calls this request ${upstreamId}.`;
  const unread = cut === undefined ? '' : ` ${cut.message}`;
  const hint = hintOf(tool, response, kind, said);
  return {
    status,
    code:
      isLimited || scopesRefused(tool, response, said) === undefined ? kind.code : 'upstream_scope_missing',
    message: `${kind.message ?? `The API answered ${status}`}${said === '' ? '.' : `: ${said}`}${unread}${reference}`,
    request_id: context.requestId,
    ...(wait === undefined ? {} : { retry_after_seconds: wait }),
    ...(limit === undefined ? {} : { rate_limit: limit }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The same JSON as text and as structured content: not every client reads both. */
export function errorResult(diagnostics: Diagnostics): ToolResult {
  const fitted = withinLimit(diagnostics);
  return {
    content: [{ type: 'text', text: JSON.stringify(fitted) }],
    structuredContent: { ...fitted },
    isError: true,
  };
}

const DIAGNOSTICS_BYTES_MAX = 4 * 1024;

/** Whatever alphabet it is written in. */
function withinLimit(diagnostics: Diagnostics): Diagnostics {
  let fitted = diagnostics;
  while (Buffer.byteLength(JSON.stringify(fitted)) > DIAGNOSTICS_BYTES_MAX) {
    const { hint, message } = fitted;
    const isHintLonger = (hint?.length ?? 0) > message.length;
    fitted = isHintLonger
      ? { ...fitted, hint: shorter(hint ?? '') }
      : { ...fitted, message: shorter(message) };
  }
  return fitted;
}

function shorter(text: string): string {
  return `${text.slice(0, Math.floor(text.length * 0.8) - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** What the API calls the request, unless it only repeats what we call it. */
function upstreamIdOf(headers: ResponseHeaders, ours: string): string | undefined {
  return ['x-request-id', 'request-id', 'x-correlation-id', 'x-amzn-requestid']
    .map((name) => headerOf(headers, name))
    .find((id) => id !== undefined && id !== ours && /^[\w.:-]{1,128}$/.test(id));
}

function hintOf(tool: Tool, response: UpstreamResponse, kind: Kind, said: string): string | undefined {
  // RFC 9110 section 15.4.4: what was asked for is done, and told of elsewhere.
  const isDone = response.status === 303 && tool.access === 'full';
  if (isDone || response.status >= 500) return retryHint(tool);
  const scopes = kind.code === 'rate_limited' ? undefined : scopesRefused(tool, response, said);
  if (scopes === undefined) return kind.hint;
  const named = scopes.length === 0 ? 'what the message names' : scopes.join(' ');
  return `The connection lacks a scope at the API (${named}): an administrator of the organisation has to renew the connector’s credential with it. Signing in again does not help.`;
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
    303,
    {
      code: 'upstream_redirect',
      message: 'The API answered 303: its answer is elsewhere, where the credential is not sent',
      quote: false,
    },
  ],
  [
    304,
    {
      code: 'upstream_redirect',
      message: 'The API answered 304: nothing has changed since what the arguments name',
      hint: 'To have it all the same, leave out the arguments that ask only for what has changed.',
      quote: false,
    },
  ],
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
  return readOnlyHint || idempotentHint ? 'The call may be repeated.' : MAY_BE_DONE;
}

const MAY_BE_DONE = 'It may have taken effect: check before you call again.';
