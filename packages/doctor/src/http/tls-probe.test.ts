import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { probeTls } from './tls-probe.ts';

/** The head of a record of 16 KiB, of which a byte comes now and then. */
const RECORD = Buffer.from([0x16, 0x03, 0x03, 0x40, 0x00]);

test('a server that drips its handshake is given up, though it is never silent', async () => {
  const timers: NodeJS.Timeout[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    socket.write(RECORD);
    timers.push(setInterval(() => socket.destroyed || socket.write('\0'), 5));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await probeTls(new URL(`https://127.0.0.1:${port}/`), 200)).toBeUndefined();
  for (const timer of timers) clearInterval(timer);
  await new Promise((resolve) => server.close(resolve));
});
