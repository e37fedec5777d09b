import type { Body, Exchange } from '../exchange.ts';

/** Server-sent events on one response, until either side ends it. */
export interface EventStream {
  isOpen(): boolean;
  /** The caller does not take what it is sent. */
  isBlocked(): boolean;
  /** What was sent and not yet taken, in bytes. */
  waitingBytes(): number;
  send(event: 'endpoint' | 'message', data: Body): void;
  /** Sends it now, or once the caller takes something again: of several that wait for that only the last is sent. */
  sendLatest(data: string): void;
  /** Says nothing, so that nobody on the way takes the connection for dead. */
  keepAlive(): void;
  end(): void;
  /** Breaks off. */
  destroy(): void;
}

const HEADERS = [
  'Content-Type',
  'text/event-stream',
  // Proxies neither keep nor collect what comes, byte by byte, without an end.
  'Cache-Control',
  'no-cache, no-transform',
  'X-Accel-Buffering',
  'no',
] as const;

export function openEventStream({ headers, res }: Exchange, more: readonly string[]): EventStream {
  res.writeHead(200, [...headers, ...HEADERS, ...more]);
  let latest: string | undefined;

  function write(text: string): void {
    if (!res.destroyed && !res.writableEnded) res.write(text);
  }

  function send(event: 'endpoint' | 'message', data: Body): void {
    if (res.destroyed || res.writableEnded) return;
    res.cork();
    res.write(`event: ${event}\ndata: `);
    for (const piece of typeof data === 'string' ? [data] : data) res.write(piece);
    res.write('\n\n');
    res.uncork();
  }

  return {
    // No getters: V8 gives each object that has some a shape of its own, and there are many of these.
    isOpen: () => !res.destroyed && !res.writableEnded,
    isBlocked: () => res.writableNeedDrain,
    waitingBytes: () => res.writableLength,
    send,
    sendLatest(data) {
      if (!res.writableNeedDrain) return send('message', data);
      if (latest === undefined) {
        res.once('drain', () => {
          const owed = latest;
          latest = undefined;
          if (owed !== undefined) send('message', owed);
        });
      }
      latest = data;
    },
    keepAlive: () => write(': keep-alive\n\n'),
    end: () => void res.end(),
    destroy: () => void res.destroy(),
  };
}
