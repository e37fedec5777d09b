import type { Socket } from 'node:net';

export interface UnreadAnswers {
  /** Of each connection, from its beginning. */
  follow(socket: Socket): void;
}

/** What was seen of a connection on which something waits for its reader. */
interface Seen {
  readonly bytesRead: number;
  readonly bytesTaken: number;
  /** How often something came since, and nothing was taken. */
  readonly times: number;
}

/** Once may be the next call of somebody who reads slowly: of a large write it cannot be seen that a part of it is taken. */
const TIMES_MAX = 2;

/**
 * Breaks off who sends and sends while it takes nothing of its answer. Whoever is silent, too, is broken off by the
 * socket's own clock (`endUnread`): what comes resets that one, as if it were progress of the answer.
 */
export function createUnreadAnswers(afterMs: number): UnreadAnswers {
  const sockets = new Set<Socket>();
  let seen = new Map<Socket, Seen>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const before = seen;
    seen = new Map();
    for (const socket of sockets) {
      if (socket.writableLength === 0) continue;
      const now = lookAt(socket, before.get(socket));
      if (now.times === TIMES_MAX) socket.destroy();
      else seen.set(socket, now);
    }
  }

  return {
    follow(socket) {
      sockets.add(socket);
      timer ??= setInterval(look, afterMs).unref();
      socket.on('close', () => {
        sockets.delete(socket);
        seen.delete(socket);
        if (sockets.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
    },
  };
}

function lookAt({ bytesRead, bytesWritten, writableLength }: Socket, before: Seen | undefined): Seen {
  const bytesTaken = bytesWritten - writableLength;
  const isKept = before?.bytesTaken === bytesTaken && before.bytesRead !== bytesRead;
  return { bytesRead, bytesTaken, times: isKept ? before.times + 1 : 0 };
}
