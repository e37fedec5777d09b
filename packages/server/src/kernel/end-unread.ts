import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long what was sent waits for a caller that takes nothing of it. */
export const UNREAD_MS = 15_000;

/**
 * From here on, a caller that takes nothing of what waits for it in `afterMs`, or at most twice as long, is broken off.
 * It is the socket's own clock, which sees each part of a write that is taken: all that waits may be one write.
 * What comes meanwhile sets it back: of who sends on and on, `front/unread-answers.ts` takes care.
 */
export function endUnread(res: ServerResponse, afterMs: number): void {
  res.on('timeout', breakOffBlocked).setTimeout(afterMs);
  // The next answer on the connection has its own time.
  res.prependOnceListener('finish', () => res.setTimeout(0));
}

/** The other reason why nothing was sent is that there was nothing. */
function breakOffBlocked(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}
