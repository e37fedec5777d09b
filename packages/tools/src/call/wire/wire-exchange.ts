import type { ExchangeHandler, StreamControl } from '../exchange.ts';
import type { UpstreamFault } from '../types.ts';
import type { Connections, WireRequest } from './connections.ts';

/** One request and its answer, as `exchange` does it, over our own connections. */
export function wireExchange(
  connections: Connections,
  request: WireRequest,
  handler: ExchangeHandler,
): Pick<StreamControl, 'abort'> {
  let isStarted = false;
  let isOver = false;
  const end = (fault: UpstreamFault): void => {
    if (isOver) return;
    isOver = true;
    // What ends before a connection was there for it never leaves.
    handler.onFault(isStarted ? fault : { ...fault, notSent: true });
  };
  const wire = connections.send(request, {
    onStart() {
      isStarted = true;
      handler.onStart?.();
    },
    onHead: (status, headers) => handler.onHead(status, headers),
    onData: (chunk) => handler.onData(chunk),
    onEnd() {
      if (isOver) return;
      isOver = true;
      handler.onEnd();
    },
    onFault: end,
  });
  return {
    abort(fault) {
      if (isOver) return;
      wire.abort();
      end(fault);
    },
  };
}
