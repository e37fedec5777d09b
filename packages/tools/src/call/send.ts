import type { buildConnector, Dispatcher } from 'undici';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { decoded } from './decode.ts';
import { faultFrom, faultOf, tooLarge } from './fault.ts';
import { createPools } from './pools.ts';
import type { Pools, PoolsOptions } from './pools.ts';
import type {
  PreparedRequest,
  ResponseHeaders,
  StreamedRequest,
  UpstreamFault,
  UpstreamResponse,
} from './types.ts';

export interface SenderOptions extends PoolsOptions {
  /** For a whole call. Default 30,000. */
  readonly timeoutMs?: number;
  /** Of a buffered answer, after decompression. Default 10 MB. */
  readonly bytesMax?: number;
  /** Connects for calls whose `reach` is `public`; without it they fail. */
  readonly publicConnect?: buildConnector.connector;
}

/** `public`: whoever named the host may name none of our own network's. Default: any host. */
export type Reach = 'public';

/** What an `AbortSignal` is to us: whoever has many calls under way may bring something lighter. */
export interface Cancellation {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface SendInput {
  /** Ends before the path of the request: `https://api.example.com/v1`. The request's own `baseUrl` goes first. */
  readonly baseUrl: string;
  readonly request: PreparedRequest;
  /** The credential and what else the gateway adds. They win over the request's headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: Cancellation;
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
  readonly reach?: Reach | undefined;
  readonly watch?: SendWatch | undefined;
}

/** Sees how a request gets on, in this order, each at most once. */
export interface SendWatch {
  /** It waits for a connection. What is in it is what leaves, but for what HTTP itself adds: host, length. */
  sending(sent: SentRequest): void;
  /** It has a connection, and is being written. */
  connected(): void;
  /** The head of the answer is there. */
  answered(): void;
}

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
}

export interface StreamInput {
  readonly baseUrl: string;
  readonly request: StreamedRequest;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Until the head of the answer; a stream may then last. Default: the sender's `timeoutMs`. */
  readonly headTimeoutMs?: number;
  readonly reach?: Reach | undefined;
}

/** Called in this order: onHead, onData…, then one of onEnd and onFault, once. After `abort` only onFault is called. */
export interface StreamHandler {
  onHead(status: number, headers: ResponseHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFault(fault: UpstreamFault): void;
}

export interface StreamControl {
  /** Ends the exchange with this fault; does nothing once it has ended. */
  abort(fault: UpstreamFault): void;
  pause(): void;
  resume(): void;
}

export interface Sender {
  /** One request, one buffered answer. Redirects are answers. Nothing is tried twice. Never rejects. */
  send(input: SendInput): Promise<Result<UpstreamResponse, UpstreamFault>>;
  /** The same without a buffer, for the door that passes answers through. Headers are the caller's care. */
  stream(input: StreamInput, handler: StreamHandler): StreamControl;
  /** Ends every connection at once; calls under way fail. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const BYTES_MAX = 10 * 1024 * 1024;

/** Sends requests over kept connections, one pool for each origin (undici `Pool.dispatch`). */
export function createSender(options: SenderOptions = {}): Sender {
  const pools = createPools(options);
  const { publicConnect } = options;
  const publicPools = publicConnect && createPools({ ...options, connect: publicConnect });
  const poolsFor = ({ reach }: { readonly reach?: Reach | undefined }): Pools =>
    reach === 'public' ? (publicPools ?? NO_POOLS) : pools;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return {
    send: (input) =>
      new Promise((resolve) => {
        const bytesMax = input.bytesMax ?? options.bytesMax ?? BYTES_MAX;
        sendBuffered(poolsFor(input), input, input.timeoutMs ?? timeoutMs, bytesMax, resolve);
      }),
    stream(input, handler) {
      const timer = setTimeout(
        () => control.abort(faultOf('upstream_timeout')),
        input.headTimeoutMs ?? timeoutMs,
      );
      const control = exchange(
        poolsFor(input),
        input.baseUrl,
        input.request,
        { ...input.request.headers, ...input.headers },
        {
          onHead(status, headers) {
            clearTimeout(timer);
            handler.onHead(status, headers);
          },
          onData: (chunk) => handler.onData(chunk),
          onEnd: () => handler.onEnd(),
          onFault(fault) {
            clearTimeout(timer);
            handler.onFault(fault);
          },
        },
      );
      return control;
    },
    async close() {
      await pools.close();
      await publicPools?.close();
    },
  };
}

const NO_POOLS: Pools = { target: () => undefined, close: () => Promise.resolve() };

/** The same sender, for one who may reach so far. */
export function withReach({ close, send, stream }: Sender, reach: Reach | undefined): Sender {
  return {
    send: (input) => send({ ...input, reach }),
    stream: (input, handler) => stream({ ...input, reach }, handler),
    close,
  };
}

function sendBuffered(
  pools: Pools,
  { baseUrl, request, headers, signal, watch }: SendInput,
  timeoutMs: number,
  bytesMax: number,
  resolve: (result: Result<UpstreamResponse, UpstreamFault>) => void,
): void {
  if (signal?.aborted) return resolve(fail({ ...faultOf('upstream_aborted'), notSent: true }));
  const chunks: Buffer[] = [];
  let bytes = 0;
  let status = 0;
  let responseHeaders: ResponseHeaders = {};
  const onAbort = (): void => control.abort(faultOf('upstream_aborted'));
  const timer = setTimeout(() => control.abort(faultOf('upstream_timeout')), timeoutMs);
  const settle = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const sent = ['accept-encoding', 'identity', 'user-agent', 'latchkey'];
  setAll(sent, request.headers);
  if (headers !== undefined) setAll(sent, headers);
  const target = request.baseUrl ?? baseUrl;
  watch?.sending({
    method: request.method,
    url: target + request.path,
    headers: namedOnce(sent),
    body: request.body,
  });
  const control = exchange(pools, target, request, sent, {
    onStart: () => watch?.connected(),
    onHead(code, received) {
      watch?.answered();
      status = code;
      responseHeaders = received;
      if (request.method !== 'HEAD' && Number(received['content-length']) > bytesMax)
        control.abort(tooLarge(bytesMax));
    },
    onData(chunk) {
      bytes += chunk.length;
      if (bytes > bytesMax) control.abort(tooLarge(bytesMax));
      else chunks.push(chunk);
    },
    onEnd() {
      settle();
      const [first] = chunks;
      const body = chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes);
      if (responseHeaders['content-encoding'] === undefined) {
        return resolve(ok({ status, headers: responseHeaders, body }));
      }
      decoded(responseHeaders['content-encoding'], body, bytesMax, (result) =>
        resolve(result.ok ? ok({ status, headers: responseHeaders, body: result.value }) : result),
      );
    },
    onFault(fault) {
      settle();
      resolve(fail(fault));
    },
  });
  signal?.addEventListener('abort', onAbort, { once: true });
}

/**
 * In the flat form that undici takes: name, value, name, value. In one case, so that a credential replaces a header of
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

/** One request and its answer. What ends it first, ends it: everything after that is silence. */
function exchange(
  pools: Pools,
  baseUrl: string,
  request: StreamedRequest,
  headers: Readonly<Record<string, string | string[]>> | string[],
  handler: StreamHandler & { onStart?(): void },
): StreamControl {
  let over = false;
  let isPaused = false;
  // Whoever pauses hears of the end when they go on.
  let isEnded = false;
  let status = 0;
  let controller: Dispatcher.DispatchController | undefined;
  const end = (fault: UpstreamFault): void => {
    if (over) return;
    over = true;
    // What ends before a connection was there for it never leaves.
    handler.onFault(controller === undefined ? { ...fault, notSent: true } : fault);
  };
  const finish = (): void => {
    if (over) return;
    over = true;
    handler.onEnd();
  };
  const control: StreamControl = {
    abort(fault) {
      if (over) return;
      end(fault);
      controller?.abort(new Error(fault.code));
    },
    pause() {
      isPaused = true;
      controller?.pause();
    },
    resume() {
      isPaused = false;
      controller?.resume();
      if (isEnded) finish();
    },
  };
  const target = pools.target(baseUrl);
  if (!target) {
    // The caller has no control yet, so it is told later, as it is for every other fault.
    queueMicrotask(() => end(faultOf('upstream_unreachable')));
    return control;
  }
  target.pool.dispatch(
    {
      origin: target.origin,
      path: target.prefix + request.path,
      method: request.method as Dispatcher.HttpMethod,
      headers,
      body: request.body ?? null,
    },
    {
      onRequestStart(started) {
        controller = started;
        // It may have been cancelled while it waited for a connection.
        if (over) started.abort(new Error('upstream_aborted'));
        else handler.onStart?.();
      },
      onResponseStart(_, code, received) {
        status = code;
        // 1xx announce an answer; they are none.
        if (!over && status >= 200) handler.onHead(status, received);
      },
      onResponseData(_, chunk) {
        if (!over) handler.onData(chunk);
      },
      onResponseEnd() {
        isEnded = true;
        if (!isPaused) finish();
      },
      onResponseError(_, error) {
        if (status === 204 && isLengthMismatch(error)) finish();
        else end(faultFrom(error));
      },
    },
  );
  return control;
}

/** A 204 ends with its head whatever length it promises (RFC 9112 section 6.3), and some servers promise one. */
function isLengthMismatch(error: Error): boolean {
  return 'code' in error && error.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}
