import { errorResult } from '../../call/diagnose.ts';
import { headerOf } from '../../call/header.ts';
import type { Sender } from '../../call/send.ts';
import type { Diagnostics } from '../../call/types.ts';
import { isObject } from '../../json.ts';
import type { JsonObject } from '../../json.ts';
import { textWithDigits } from '../../kept-digits.ts';
import { RPC } from '../../mcp/rpc.ts';
import type { BackendCall, CallOutcome } from '../backend.ts';
import { localRequestId } from '../local-request-id.ts';
import { KEY_ENDED, outOfReach } from './catalogue-reader.ts';
import { doorError } from './door-error.ts';
import type { Place } from './place.ts';
import { postMessage } from './post-message.ts';
import type { Posted } from './post-message.ts';

export type McpCall = (
  call: Pick<BackendCall, 'dialect' | 'onProgress' | 'params' | 'signal'>,
) => Promise<CallOutcome>;

/**
 * Passes a `tools/call` on to the MCP door, as the client made it and in the revision that it speaks: for tools of MCP
 * servers, for files that the gateway reads, and for what a person has to agree to.
 */
export function createMcpCall({
  key,
  place,
  sender,
}: {
  readonly place: Place;
  readonly key: string;
  readonly sender: Sender;
}): McpCall {
  return async ({ dialect, onProgress, params, signal }) => {
    const posted = await postMessage(sender, {
      origin: place.origin,
      path: place.path,
      signal,
      headers: {
        'x-api-key': key,
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': dialect.revision,
        ...(dialect.isModern ? { 'mcp-method': 'tools/call', 'mcp-name': nameHeader(params['name']) } : {}),
      },
      body: textWithDigits({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      onNotification({ method, params: said }) {
        if (method === 'notifications/progress' && isObject(said)) onProgress(said);
      },
    });
    if (posted.ok) return outcomeOf(place, posted.value);
    const { code, notSent } = posted.error;
    const hint = notSent === true ? 'Nothing was sent.' : MAY_HAVE_HAPPENED;
    const status = code === 'upstream_aborted' ? 499 : code === 'upstream_timeout' ? 504 : 502;
    return failed({ ...outOfReach(place, posted.error), status, code, hint });
  };
}

const MAY_HAVE_HAPPENED = 'It may have taken effect: check before you call again.';

function outcomeOf(place: Place, { message, response }: Posted): CallOutcome {
  const { headers, status } = response;
  if (isObject(message?.['result']))
    return { kind: 'reply', reply: { result: textWithDigits(message['result']) } };
  const said = doorError(response);
  if (said !== undefined)
    return failed(said.code === 'unauthenticated' ? { ...said, hint: KEY_ENDED } : said);
  const error = isObject(message?.['error']) ? message['error'] : undefined;
  if (typeof error?.['code'] === 'number' && typeof error['message'] === 'string') {
    const { code, data, message: words } = error as { code: number; data?: unknown; message: string };
    // What a model can mend, or wait for, is told where it sees it.
    if (code === RPC.rateLimited) return failed(limitedBy(words, isObject(data) ? data : {}, status));
    return { kind: 'reply', reply: { error: { code, message: words, ...(data !== undefined && { data }) } } };
  }
  return failed({
    status: 502,
    code: 'latchkey_invalid',
    message: `The answer of Latchkey at ${place.origin} (${status}) cannot be read.`,
    request_id: headerOf(headers, 'x-request-id') ?? localRequestId(),
    hint: MAY_HAVE_HAPPENED,
  });
}

function limitedBy(message: string, data: JsonObject, status: number): Diagnostics {
  const { code, request_id: id, retry_after_seconds: wait } = data;
  return {
    status,
    code: typeof code === 'string' ? code : 'rate_limited',
    message,
    request_id: typeof id === 'string' ? id : localRequestId(),
    ...(typeof wait === 'number' ? { retry_after_seconds: wait } : {}),
  };
}

function failed(diagnostics: Diagnostics): CallOutcome {
  return { kind: 'result', result: errorResult(diagnostics) };
}

/** MCP 2026-07-28, Streamable HTTP: what is no plain header value goes in base64. */
function nameHeader(name: unknown): string {
  const text = typeof name === 'string' ? name : '';
  return /^[!-~](?:[ -~]*[!-~])?$/.test(text) && !text.startsWith('=?base64?')
    ? text
    : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
