import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below what the system gives out by itself (32768 and up in Linux): nobody who listens anywhere, and nobody who
// connects, gets one of these between the asking and the listening.
const [LOWEST, HIGHEST] = [20_000, 31_999];
const given = new Set<number>();

/** A loopback port that is free, for what must know its address before it listens. Each is given once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
