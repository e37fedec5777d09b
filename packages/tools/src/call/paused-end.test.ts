import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { StreamControl } from './exchange.ts';
import { createSender } from './send.ts';

/** An answer that is over when its connection is, and a reader who has asked it to wait when that happens. */
async function read(finish: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nall of it', () => finish(socket));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = createSender();
  onTestFinished(async () => {
    await sender.close();
    server.close();
  });
  const heard: string[] = [];
  const over = new Promise<void>((resolve) => {
    const control: StreamControl = sender.stream(
      {
        baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        request: { method: 'GET', path: '/', headers: {} },
      },
      {
        onHead: (status) => void heard.push(String(status)),
        onData(chunk) {
          heard.push(chunk.toString());
          control.pause();
          void setTimeout(200).then(() => {
            heard.push('resumed');
            control.resume();
          });
        },
        onEnd() {
          heard.push('end');
          resolve();
        },
        onFault({ code }) {
          heard.push(code);
          resolve();
        },
      },
    );
  });
  await over;
  await setTimeout(300);
  return heard;
}

test('an answer that ends with its connection while its reader pauses is whole, and ends when that goes on', async () => {
  expect(await read((socket) => socket.end())).toEqual(['200', 'all of it', 'resumed', 'end']);
});

test('one whose connection is cut meanwhile is a fault', async () => {
  const heard = await read((socket) => void setTimeout(50).then(() => socket.resetAndDestroy()));
  expect(heard.slice(0, 2)).toEqual(['200', 'all of it']);
  expect(heard).toContain('upstream_reset');
  expect(heard).not.toContain('end');
});
