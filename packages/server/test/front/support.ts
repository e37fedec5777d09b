import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createFront, type Doors, type Front, type FrontTimes } from '../../src/front/front.ts';
import type { AnyRequest } from '../../src/kernel/whole-exchange.ts';

export interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: unknown;
  readonly body: string;
}

export const heardOf = ({ headers, method, url }: AnyRequest, body: Buffer): Heard => ({
  method,
  url,
  headers: { ...headers },
  body: body.toString('latin1'),
});

/** Says what it heard; the same by Node's hand and by ours. */
export async function echo(req: IncomingMessage, res: ServerResponse): Promise<void> {
  req.on('error', () => undefined);
  const pieces: Buffer[] = [];
  req.on('data', (piece: Buffer) => pieces.push(piece));
  req.on('end', () => {
    const said = JSON.stringify(heardOf(req, Buffer.concat(pieces)));
    res.writeHead(200, ['X-Said', 'it', 'Content-Length', String(Buffer.byteLength(said))]).end(said);
  });
}

export const ECHO: Doors = {
  takesWhole: () => true,
  handleWhole(req, res) {
    const said = JSON.stringify(heardOf(req, req.body));
    const bytes = Buffer.byteLength(said);
    res.send(200, ['X-Said', 'it', 'Content-Length', String(bytes)], said, bytes);
  },
  handle: (req, res) => void echo(req, res),
};

export async function listenFront(doors: Doors, times?: FrontTimes): Promise<Front & Listening> {
  const front = createFront(doors, times);
  return { ...front, ...(await listening(front.server, () => front.closeAllConnections())) };
}

export interface Listening {
  readonly port: number;
  /** How many bytes it has read of the connection from that port; of one that is over, as many as there may be. */
  bytesReadFrom(port: number): number;
  close(): Promise<void>;
}

export async function listenNode(): Promise<Listening> {
  const server = createServer((req, res) => void echo(req, res));
  // Whoever listens makes Node read as it reads what it is given: all of a piece in one turn.
  server.on('connection', (socket: Socket) => socket.on('data', () => undefined));
  return listening(server, () => server.closeAllConnections());
}

async function listening(server: Server, closeAll: () => void): Promise<Listening> {
  const bytesRead = new Map<number, () => number>();
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    bytesRead.set(port, () => socket.bytesRead);
    socket.on('close', () => bytesRead.set(port, () => Number.POSITIVE_INFINITY));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    bytesReadFrom: (port) => bytesRead.get(port)?.() ?? 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      closeAll();
      await closed;
    },
  };
}

/** A connection on which bytes are sent as they are given. */
export async function dial(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let text = '';
  let isClosed = false;
  let isReset = false;
  socket.on('error', () => {
    isReset = true;
  });
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    isClosed = true;
  });
  await once(socket, 'connect');
  return {
    socket,
    port: socket.localPort ?? 0,
    send: (given: string) => socket.write(given, 'latin1'),
    end: () => socket.end(),
    text: () => text,
    /** As often as answers have begun. */
    answers: () => text.split('HTTP/1.1 ').length - 1,
    isClosed: () => isClosed,
    /** The other side takes nothing any more. */
    hasEnded: () => socket.readableEnded,
    /** It was broken off: what had come, and was not read yet, is lost. */
    isReset: () => isReset,
  };
}

export const post = (body: string, more = '', path = '/mcp/acme'): string =>
  `POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
