import type { Dispatcher } from 'undici';
import { faultFrom, faultOf } from './fault.ts';
import type { Target } from './pools.ts';
import type { ResponseHeaders, StreamedRequest, UpstreamFault } from './types.ts';

/** Called in this order: onHead, onData…, then one of onEnd and onFault, once. After `abort` only onFault is called. */
export interface StreamHandler {
  onHead(status: number, headers: ResponseHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFault(fault: UpstreamFault): void;
}

export interface ExchangeHandler extends StreamHandler {
  /** There is a connection, and the request is being written. */
  onStart?(): void;
}

export interface StreamControl {
  /** Ends the exchange with this fault; does nothing once it has ended. */
  abort(fault: UpstreamFault): void;
  pause(): void;
  resume(): void;
}

/** One request and its answer. What ends it first, ends it: everything after that is silence. */
export function exchange(
  target: Target | undefined,
  request: StreamedRequest,
  headers: Readonly<Record<string, string | string[]>> | string[],
  handler: ExchangeHandler,
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
