import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export interface AnswerTurns {
  /** Of each request that Node reads, before anybody else hears of it. */
  follow(res: ServerResponse): void;
  /** Whether an answer has begun there and is not over. */
  isAnswering(connection: Duplex): boolean;
}

/** Whose turn it is on each connection that Node writes on. */
export function createAnswerTurns(): AnswerTurns {
  /** Weak: an answer that is over is not kept until the next one, or the end of the connection. */
  const turns = new WeakMap<Duplex, WeakRef<ServerResponse>>();

  function take(res: ServerResponse): void {
    turns.set(res.req.socket, new WeakRef(res));
  }

  return {
    follow(res) {
      if (res.socket === null) res.on('socket', () => take(res));
      else take(res);
    },
    isAnswering(connection) {
      const res = turns.get(connection)?.deref();
      // Node takes the connection away from one that is over.
      return res !== undefined && res.socket !== null && res.headersSent;
    },
  };
}
