import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { collectBytes } from './collected-bytes.ts';
import { cutShort } from './cut-short.ts';
import { decoded } from './decode.ts';
import { exchange, type ExchangeHandler, type StreamControl } from './exchange.ts';
import { faultOf, tooLarge } from './fault.ts';
import type { Pools, Target } from './pools.ts';
import type { SendInput } from './send-input.ts';
import type { PreparedRequest, ResponseHeaders, UpstreamFault, UpstreamResponse } from './types.ts';
import type { Connections, WireRequest } from './wire/connections.ts';
import { requestHead } from './wire/request-head.ts';
import { wireExchange } from './wire/wire-exchange.ts';

/** One request, one answer held in memory, within a time and a size. */
export function sendBuffered(
  pools: Pools,
  { baseUrl, request, headers, signal, watch }: SendInput,
  timeoutMs: number,
  bytesMax: number,
  resolve: (result: Result<UpstreamResponse, UpstreamFault>) => void,
): void {
  if (signal?.aborted) return resolve(fail({ ...faultOf('upstream_aborted'), notSent: true }));
  const collected = collectBytes();
  let status = 0;
  let responseHeaders: ResponseHeaders = {};
  let isSettled = false;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => control.abort(faultOf('upstream_aborted'));
  const faulted = (fault: UpstreamFault): void => {
    const said = cutShort(fault, { status, headers: responseHeaders, body: collected.whole() });
    resolve(said === undefined ? fail(fault) : ok(said));
  };
  const settle = (): void => {
    isSettled = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const sent = ['accept-encoding', 'identity', 'user-agent', 'latchkey'];
  setAll(sent, request.headers);
  if (headers !== undefined) setAll(sent, headers);
  const base = request.baseUrl ?? baseUrl;
  watch?.sending({
    method: request.method,
    url: base + request.path,
    headers: namedOnce(sent),
    body: request.body,
  });
  const control = start(pools.target(base), request, sent, {
    onStart: () => watch?.connected(),
    onHead(code, received) {
      watch?.answered();
      status = code;
      responseHeaders = received;
      if (request.method !== 'HEAD' && Number(received['content-length']) > bytesMax)
        control.abort(tooLarge(bytesMax));
    },
    onData(chunk) {
      if (collected.length() + chunk.length > bytesMax) control.abort(tooLarge(bytesMax));
      else collected.add(chunk);
    },
    onEnd() {
      settle();
      const body = collected.whole();
      if (responseHeaders['content-encoding'] === undefined) {
        return resolve(ok({ status, headers: responseHeaders, body }));
      }
      decoded(responseHeaders['content-encoding'], body, bytesMax, (result) => {
        if (result.ok) resolve(ok({ status, headers: responseHeaders, body: result.value }));
        else faulted(result.error);
      });
    },
    onFault(fault) {
      settle();
      faulted(fault);
    },
  });
  // Only now: whatever throws before leaves nothing behind that would come for a call that never began.
  if (isSettled) return;
  timer = setTimeout(() => control.abort(faultOf('upstream_timeout')), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
}

/** What is for every day goes over connections of our own, which cost a third of undici's; the rest as undici does it. */
function start(
  target: Target | undefined,
  request: PreparedRequest,
  headers: string[],
  handler: ExchangeHandler,
): Pick<StreamControl, 'abort'> {
  const plain = target && wireRequest(target, request, headers);
  return plain === undefined
    ? exchange(target, request, headers, handler)
    : wireExchange(plain.connections, plain.request, handler);
}

function wireRequest(
  { connections, host, prefix }: Target,
  { body, method, path }: PreparedRequest,
  headers: readonly string[],
): { connections: Connections; request: WireRequest } | undefined {
  const bytes = body === undefined ? 0 : Buffer.byteLength(body);
  const head = requestHead({ method, host, target: prefix + path }, headers, bytes);
  if (head === undefined) return undefined;
  if (body === undefined || bytes === 0) return { connections, request: { head } };
  // Text that is ASCII is so in latin1, too, and is written with the head.
  const isAscii = typeof body === 'string' && body.length === bytes;
  return { connections, request: isAscii ? { head: head + body } : { head, body } };
}

/**
 * In the flat form that both take takes: name, value, name, value. In one case, so that a credential replaces a header of
 * the request instead of standing beside it.
 */
function setAll(flat: string[], headers: Readonly<Record<string, string>>): void {
  for (const given of Object.keys(headers)) {
    const name = given.toLowerCase();
    const value = headers[given] ?? '';
    let at = 0;
    while (at < flat.length && flat[at] !== name) at += 2;
    if (at < flat.length) flat[at + 1] = value;
    else flat.push(name, value);
  }
}

function namedOnce(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) headers[flat[at] ?? ''] = flat[at + 1] ?? '';
  return headers;
}
