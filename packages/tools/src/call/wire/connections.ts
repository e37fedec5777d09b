import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { faultFrom, faultOf } from '../fault.ts';
import type { UpstreamFault } from '../types.ts';
import { listen } from './one-buffer.ts';
import { KEEP_ALIVE_MS } from './response-head.ts';
import { createResponseReader, type ResponseHandler } from './response-reader.ts';
import { atTurnEnd } from './turn-end.ts';

export interface WireRequest {
  /** As it is written, in latin1: see `requestHead`. What follows may stand in it, too. */
  readonly head: string;
  readonly body?: string | Uint8Array | undefined;
}

/** Called in this order: onStart, onHead, onData…, then one of onEnd and onFault, once. Nothing after `abort`. */
export interface WireHandler extends ResponseHandler {
  /** There is a connection, and the request is being written to it. */
  onStart(): void;
  onEnd(): void;
  onFault(fault: UpstreamFault): void;
}

export interface WireExchange {
  /** Whatever has left of it has left. */
  abort(): void;
}

/** Kept connections to one origin. */
export interface Connections {
  send(request: WireRequest, handler: WireHandler): WireExchange;
  /** What was asked for is still answered; what is not needed for that ends. */
  retire(): void;
  /** Ends every connection at once: what is under way fails. */
  close(): void;
}

interface Exchange {
  readonly request: WireRequest;
  readonly handler: WireHandler;
  /** How many were asked for until then, it included. */
  readonly number: number;
  connection: Connection | undefined;
  /** Something of it may have left. */
  isWritten: boolean;
}

interface Connection {
  begin(exchange: Exchange): void;
  /** It may have been kept for too long, or have ended. */
  isFresh(nowMs: number): boolean;
  /** It is kept, for as long as the server keeps it. */
  rest(): void;
  /** What is under way on it hears no more. */
  drop(): void;
  /** What is under way on it fails. */
  fail(fault: UpstreamFault): void;
}

const SWEPT_EACH_MS = 1_000;

/** One request at a time on each; who comes when all are busy waits for one, in turn. */
export function createConnections({
  connect,
  connectionsMax,
  origin,
}: {
  readonly connect: buildConnector.connector;
  readonly connectionsMax: number;
  readonly origin: URL;
}): Connections {
  const open = new Set<Connection>();
  // The one that was used last is used next: what is not needed grows old.
  let idle: Connection[] = [];
  const waiting = new Set<Exchange>();
  let connecting = 0;
  let asked = 0;
  let isRetired = false;
  let sweeping: NodeJS.Timeout | undefined;

  function connectAsNeeded(): void {
    while (connecting < waiting.size && open.size + connecting < connectionsMax) tryToConnect();
  }

  function tryToConnect(): void {
    connecting += 1;
    const askedBefore = asked;
    const failed = (thrown: unknown): void => {
      connecting -= 1;
      failFirst(faultFrom(thrown), askedBefore);
    };
    try {
      connect(optionsFor(origin), (error, socket) => {
        if (error !== null) return failed(error);
        connecting -= 1;
        const connection = createConnection(socket, { free, gone, again: place });
        open.add(connection);
        free(connection);
      });
    } catch (thrown) {
      // Whoever asked has no hold of their exchange yet, so they are told later, as of every other fault.
      queueMicrotask(() => failed(thrown));
    }
  }

  function place(exchange: Exchange): void {
    const connection = freshOne();
    if (connection === undefined) {
      waiting.add(exchange);
      connectAsNeeded();
    } else connection.begin(exchange);
  }

  /** Not one that came after the attempt began: that was for somebody who has given up since. */
  function failFirst(fault: UpstreamFault, askedBefore: number): void {
    const [first] = waiting;
    if (first !== undefined && first.number <= askedBefore) {
      waiting.delete(first);
      first.handler.onFault(fault);
    }
    connectAsNeeded();
  }

  function free(connection: Connection): void {
    const [next] = waiting;
    if (next !== undefined) {
      waiting.delete(next);
      connection.begin(next);
    } else if (isRetired) connection.drop();
    else {
      connection.rest();
      idle.push(connection);
      sweeping ??= setInterval(sweep, SWEPT_EACH_MS).unref();
    }
  }

  function gone(connection: Connection): void {
    open.delete(connection);
    connectAsNeeded();
  }

  function freshOne(): Connection | undefined {
    for (let one = idle.pop(); one !== undefined; one = idle.pop()) {
      if (one.isFresh(performance.now())) return one;
      one.drop();
    }
    return undefined;
  }

  function sweep(): void {
    const nowMs = performance.now();
    const old = idle.filter((one) => !one.isFresh(nowMs));
    idle = idle.filter((one) => one.isFresh(nowMs));
    for (const one of old) one.drop();
    if (idle.length > 0) return;
    clearInterval(sweeping);
    sweeping = undefined;
  }

  function dropIdle(): void {
    clearInterval(sweeping);
    sweeping = undefined;
    const unused = idle;
    idle = [];
    for (const one of unused) one.drop();
  }

  return {
    send(request, handler) {
      asked += 1;
      const exchange: Exchange = {
        request,
        handler,
        number: asked,
        connection: undefined,
        isWritten: false,
      };
      place(exchange);
      return {
        abort() {
          waiting.delete(exchange);
          exchange.connection?.drop();
        },
      };
    },
    retire() {
      isRetired = true;
      dropIdle();
    },
    close() {
      isRetired = true;
      const fault = faultOf('upstream_unreachable');
      const unsent = [...waiting];
      waiting.clear();
      for (const { handler } of unsent) handler.onFault(fault);
      dropIdle();
      for (const connection of open) connection.fail(fault);
    },
  };
}

function optionsFor({ host, hostname, port, protocol }: URL): buildConnector.Options {
  return { host, hostname: hostname.replace(/^\[|\]$/g, ''), port, protocol };
}

interface Owner {
  /** Its answer is whole, and it may be used for another request. */
  free(connection: Connection): void;
  gone(connection: Connection): void;
  /** It ended before anything was written to it. */
  again(exchange: Exchange): void;
}

function createConnection(socket: Socket, { again, free, gone }: Owner): Connection {
  const reader = createResponseReader();
  let current: Exchange | undefined;
  let keepAliveMs = KEEP_ALIVE_MS;
  let usableUntilMs = Number.POSITIVE_INFINITY;
  let isGone = false;
  /** Somebody might accept connections only to end them. */
  let isNew = true;

  const connection: Connection = {
    begin(exchange) {
      current = exchange;
      exchange.connection = connection;
      socket.ref();
      reader.begin(exchange.handler);
      atTurnEnd(() => {
        if (current !== exchange) return;
        exchange.isWritten = true;
        exchange.handler.onStart();
        write(socket, exchange.request);
      });
    },
    rest() {
      isNew = false;
      usableUntilMs = performance.now() + keepAliveMs;
      // What is only kept keeps no process.
      socket.unref();
    },
    isFresh: (nowMs) => !isGone && nowMs < usableUntilMs,
    drop() {
      release();
      reader.end();
      if (isGone) return;
      isGone = true;
      socket.destroy();
      gone(connection);
    },
    fail(fault) {
      const failed = release();
      connection.drop();
      failed?.handler.onFault(fault);
    },
  };

  /** A server may close what it kept just when it is used again: what was not written yet has another connection. */
  function lose(fault: UpstreamFault): void {
    if (current === undefined || current.isWritten || isNew) return connection.fail(fault);
    const unsent = current;
    connection.drop();
    again(unsent);
  }

  function release(): Exchange | undefined {
    const released = current;
    current = undefined;
    if (released !== undefined) released.connection = undefined;
    return released;
  }

  function finish(): void {
    const finished = release();
    isNew = false;
    keepAliveMs = reader.keepAliveMs();
    // What was answered before it was written whole may still be on its way.
    if (keepAliveMs === 0 || socket.writableLength > 0) connection.drop();
    else free(connection);
    finished?.handler.onEnd();
  }

  function settle(progress: 'whole' | 'broken'): void {
    if (progress === 'whole') finish();
    else lose(faultOf('upstream_reset'));
  }

  listen(socket, (bytes) => {
    // Nobody has asked for it yet.
    if (current?.isWritten !== true) return lose(faultOf('upstream_reset'));
    const progress = reader.read(bytes);
    // Whoever was told of it may have had enough.
    if (current !== undefined && progress !== 'more') settle(progress);
  });
  socket
    .on('end', () => {
      if (current === undefined) connection.drop();
      else settle(reader.end());
    })
    .on('error', (error) => lose(faultFrom(error)))
    .on('close', () => lose(faultOf('upstream_reset')));
  return connection;
}

function write(socket: Socket, { body, head }: WireRequest): void {
  if (body === undefined) socket.write(head, 'latin1');
  else {
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  }
}
