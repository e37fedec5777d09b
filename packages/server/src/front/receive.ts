import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { NodeExchange, WholeAnswer, WholeRequest } from '../kernel/whole-exchange.ts';
import { IDLE_MS } from './idle-connections.ts';
import { SocketAnswer, type AnswerOwner } from './whole-answer.ts';
import { createRequestReader } from './whole-request.ts';

/** What is done with what comes on a connection. */
export interface Receiver {
  takesWhole(method: string, url: string): boolean;
  handleWhole(req: WholeRequest, res: WholeAnswer): void;
  /** For as long as the connection lasts. */
  giveToNode(socket: Socket, bytes: Buffer | undefined): void;
  /** The same, of bytes that are one whole request: what Node makes of it. */
  claimFromNode(socket: Socket, bytes: Buffer): NodeExchange;
  /** Nothing is received here any more. */
  gone(): void;
  /** A caller that takes nothing for so long of its answer is broken off. */
  readonly unreadMs: number;
}

/** A connection whose requests are read here. */
export interface Receiving {
  /** Nothing is under way on it. */
  isIdle(): boolean;
  end(): void;
}

/** What Node gives a connection for its first request (`headersTimeout`). */
const FIRST_REQUEST_MS = 60_000;
/** Head and body are often two pieces. Whoever takes longer, or sends crumbs, is Node's, with its clocks and bounds. */
const REST_MS = 50;
const PIECES_MAX = 8;
const NOTHING = Buffer.alloc(0);
/** What `http.server.request.start` is for requests that Node reads: `{ request, response }`, before they are handled. */
const STARTED = channel('latchkey.whole.request.start');

/** Reads whole requests on a connection, one after the other, until something else comes on it. */
export function receiveOn(
  socket: Socket,
  { claimFromNode, giveToNode, gone, handleWhole, takesWhole, unreadMs }: Receiver,
): Receiving {
  const readRequest = createRequestReader();
  let answer: SocketAnswer | undefined;
  /** Of the request that is being answered. */
  let asked: Buffer | undefined;
  /** What came of a request that is not there yet, or not looked at yet. */
  let held: Buffer | undefined;
  let pieces = 0;
  let waiting: NodeJS.Timeout | undefined;

  function take(bytes: Buffer): void {
    held = held === undefined ? bytes : Buffer.concat([held, bytes]);
    // It waits for the answer before it, and nothing more is read meanwhile.
    if (answer === undefined) read(held);
    else socket.pause();
  }

  function read(bytes: Buffer): void {
    const found = readRequest(bytes);
    if (found === 'more' && (pieces += 1) < PIECES_MAX) {
      waiting ??= setTimeout(() => leave(held), REST_MS);
      return;
    }
    if (typeof found === 'string' || !takesWhole(found.head.method, found.head.url)) return leave(bytes);
    held = undefined;
    pieces = 0;
    waiting = stop(waiting);
    const { headers, known, method, url } = found.head;
    asked = bytes;
    answer = new SocketAnswer(socket, owner, unreadMs);
    const request: WholeRequest = { method, url, headers, known, socket, body: found.body };
    if (STARTED.hasSubscribers) STARTED.publish({ request, response: answer });
    handleWhole(request, answer);
  }

  function toNode(): NodeExchange {
    const bytes = asked ?? NOTHING;
    answer = undefined;
    asked = undefined;
    const later = release();
    const exchange = claimFromNode(socket, bytes);
    // What came after it is read after it.
    if (later !== undefined) socket.emit('data', later);
    return exchange;
  }

  function answered({ shouldKeepAlive }: WholeAnswer): void {
    answer = undefined;
    asked = undefined;
    if (!shouldKeepAlive) {
      socket.destroySoon();
      return;
    }
    if (socket.timeout !== IDLE_MS) socket.setTimeout(IDLE_MS);
    if (held === undefined) return;
    socket.resume();
    read(held);
  }

  function leave(bytes: Buffer | undefined): void {
    release();
    giveToNode(socket, bytes);
  }

  /** Nothing on it concerns us any more. */
  function release(): Buffer | undefined {
    const later = held;
    held = undefined;
    waiting = stop(waiting);
    gone();
    // The last is let go of first: what is deleted from the end leaves an object small, and there may be many streams.
    socket
      .off('close', close)
      .off('error', ignore)
      .off('timeout', rest)
      .off('end', finish)
      .off('data', take)
      .setTimeout(0);
    if (socket.isPaused()) socket.resume();
    return later;
  }

  /** Whoever says that no more will come hears nothing more, as with Node (`httpAllowHalfOpen`). */
  function finish(): void {
    if (answer === undefined && held !== undefined) {
      leave(held);
      socket.emit('end');
    } else socket.end();
  }

  /** It is the socket's own clock, which sees each part of an answer that is taken. A call takes the time that it takes. */
  function rest(): void {
    if (answer === undefined || answer.writableEnded) socket.destroy();
  }

  function close(): void {
    waiting = stop(waiting);
    gone();
    answer?.close();
  }

  const owner: AnswerOwner = { answered, toNode };
  socket.setTimeout(FIRST_REQUEST_MS);
  socket.on('data', take).on('end', finish).on('timeout', rest).on('error', ignore).on('close', close);
  return {
    isIdle: () => answer === undefined && held === undefined,
    end: () => socket.destroy(),
  };
}

function stop(timer: NodeJS.Timeout | undefined): undefined {
  clearTimeout(timer);
}

/** `close` follows. */
function ignore(): void {}
