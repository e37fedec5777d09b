import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * What is said of it (`Keep-Alive: timeout`), which is the least that a connection is kept. Clients that heed it use none
 * that a stop is about to end: a drain lasts longer.
 */
export const KEEP_ALIVE_SECONDS = 5;

/**
 * How long a connection is kept that nothing comes on. Balancers heed no such word, and keep theirs for a minute (AWS,
 * nginx), two (Caddy) or ten (Google). Whoever lets go first must be them: else a request may meet a connection that is
 * just being closed, and is lost.
 */
export const IDLE_MS = 620_000;

/** Has Node, which lets go of a connection when it has said that it may, keep it for as long as we do. */
export function keepIdle(socket: Socket, res: ServerResponse): void {
  // Node has set its own clock by then, unless the connection ends or another answer follows.
  res.once('finish', () => {
    if (socket.timeout) socket.setTimeout(IDLE_MS);
  });
}
