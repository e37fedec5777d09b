import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';

/** The way to a database, on which everything can come to a standstill without anybody being told. */
export async function startWay(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const everySocket: Socket[] = [];
  let isGone = false;
  let unanswered: string | undefined;
  const server = createServer((near) => {
    if (isGone) {
      everySocket.push(near.on('error', () => undefined));
      return;
    }
    const far = connectSocket(Number(port), hostname);
    near.on('data', (bytes) => {
      if (unanswered === undefined || !bytes.includes(unanswered)) return;
      unanswered = undefined;
      far.unpipe().pause();
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      everySocket.push(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    /** From now on not a byte passes on the connections that there are. */
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
      sockets.clear();
    },
    /** The next connection on which this is said falls silent: it is heard, and no answer ever comes. */
    leaveUnanswered(text: string) {
      unanswered = text;
    },
    /** The answer was left out by now. */
    hasLeftUnanswered: () => unanswered === undefined,
    /** Nothing passes any more, on new ones neither: they open, and that is all. */
    swallow() {
      isGone = true;
      this.freeze();
    },
    /** New ones lead there again. Those of before stay as they are. */
    restore() {
      isGone = false;
    },
    /** Ends them, as a network that breaks and says so. */
    cut() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    close() {
      for (const socket of everySocket) socket.destroy();
      server.close();
    },
  };
}
