import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { UNREAD_MS } from '../kernel/end-unread.ts';
import type { NodeExchange, WholeAnswer, WholeRequest } from '../kernel/whole-exchange.ts';
import { createAnswerTurns } from './answer-turns.ts';
import { keepIdle, KEEP_ALIVE_SECONDS } from './idle-connections.ts';
import { receiveOn, type Receiving } from './receive.ts';
import { createUnreadAnswers } from './unread-answers.ts';
import { createWaitingAnswers } from './waiting-answers.ts';

export interface Doors {
  /** Whether such a request may come whole; else it comes as any other. */
  takesWhole(method: string, url: string): boolean;
  handleWhole(req: WholeRequest, res: WholeAnswer): void;
  handle(req: IncomingMessage, res: ServerResponse): void;
}

export interface FrontTimes {
  /** A caller that takes nothing for so long of its answer is broken off. */
  readonly unreadMs: number;
}

export interface Front {
  /** Listens, and is closed, as any server of Node's. */
  readonly server: Server;
  /** Whether an answer has begun on a connection that Node reads: whatever else is written there becomes part of it. */
  isAnswering(connection: Duplex): boolean;
  /** Ends the connections on which nothing is under way. */
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/**
 * A server of Node's, before which plain requests that come in one piece are read for themselves: Node's reading and
 * writing is most of what a call costs, because it is made for all that HTTP can be (decision 54). All else Node reads,
 * on the same connections.
 */
export function createFront(
  { handle, handleWhole, takesWhole }: Doors,
  { unreadMs }: FrontTimes = { unreadMs: UNREAD_MS },
): Front {
  /** Who waits for what Node makes of the request that it is just being given. */
  const claims = new WeakMap<Socket, (exchange: NodeExchange) => void>();
  const open = new Set<Receiving>();
  const waitingAnswers = createWaitingAnswers();
  const turns = createAnswerTurns();
  const unreadAnswers = createUnreadAnswers(unreadMs);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000 }, (req, res) => {
    waitingAnswers.follow(res);
    keepIdle(req.socket, res);
    turns.follow(res);
    const claim = claims.get(req.socket);
    claims.delete(req.socket);
    if (claim === undefined) handle(req, res);
    else claim({ req, res });
  });
  const connected = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');

  /** Node reads on, beginning with these bytes, which are not read yet. */
  function giveToNode(socket: Socket, bytes: Buffer | undefined): void {
    for (const listener of connected) listener.call(server, socket);
    if (bytes !== undefined) socket.emit('data', bytes);
  }

  function claimFromNode(socket: Socket, bytes: Buffer): NodeExchange {
    let claimed: NodeExchange | undefined;
    claims.set(socket, (exchange) => {
      claimed = exchange;
    });
    giveToNode(socket, bytes);
    if (claimed === undefined) throw new Error('Node did not take a request that was read before');
    // Its body is known, and would be kept for as long as nobody takes it.
    claimed.req.resume();
    return claimed;
  }

  server.on('connection', (socket: Socket) => {
    unreadAnswers.follow(socket);
    const receiving = receiveOn(socket, {
      takesWhole,
      handleWhole,
      giveToNode,
      claimFromNode,
      gone: () => open.delete(receiving),
      unreadMs,
    });
    open.add(receiving);
  });

  return {
    server,
    isAnswering: turns.isAnswering,
    closeIdleConnections() {
      server.closeIdleConnections();
      for (const receiving of open) if (receiving.isIdle()) receiving.end();
    },
    closeAllConnections() {
      server.closeAllConnections();
      for (const receiving of open) receiving.end();
    },
  };
}
