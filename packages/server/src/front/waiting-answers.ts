import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';

export interface WaitingAnswers {
  /** Of each request, before anybody else hears of it. */
  follow(res: ServerResponse): void;
}

/**
 * Answers to what was asked before the answer to the one before was there: each waits for its turn on the connection.
 * Where the connection ends first, Node 20 tells only the one whose turn it is (Node 24 tells them all). Who follows an
 * answer to its end would hold on to the others for good, so they are told here.
 */
export function createWaitingAnswers(): WaitingAnswers {
  const queues = new WeakMap<Socket, Set<ServerResponse>>();

  function openQueue(connection: Socket): Set<ServerResponse> {
    const waiting = new Set<ServerResponse>();
    queues.set(connection, waiting);
    connection.on('close', () => endAll(waiting));
    return waiting;
  }

  return {
    follow(res) {
      // Its turn is now, as nearly always.
      if (res.socket !== null) return;
      const waiting = queues.get(res.req.socket) ?? openQueue(res.req.socket);
      waiting.add(res);
      // Its turn has come: from here on Node tells it.
      res.on('socket', () => waiting.delete(res));
    },
  };
}

/** Node itself tells each, and so not twice: by a connection that has ended already, on which nothing of it is sent. */
function endAll(waiting: ReadonlySet<ServerResponse>): void {
  if (waiting.size === 0) return;
  const ended = new Socket().destroy();
  for (const res of waiting) {
    res.assignSocket(ended);
    ended.emit('close');
    res.detachSocket(ended);
  }
}
