import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import type { SendInput } from '../src/call/send-input.ts';
import { createSender } from '../src/call/send.ts';

/** An upstream that answers byte by byte as it is told to, and our way to it, for the tests of one file. */
export function rawUpstream(answer: (socket: Socket) => void) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  const sender = createSender();
  const baseUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    await sender.close();
    server.close();
  });

  return {
    baseUrl,
    send: (request: SendInput['request']) => sender.send({ baseUrl: baseUrl(), request }),
  };
}
