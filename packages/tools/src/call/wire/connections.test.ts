import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { UpstreamFault } from '../types.ts';
import { createConnections } from './connections.ts';

const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

/** A server that sees bytes, and connections to it. */
async function setUp({ connectionsMax = 8 } = {}) {
  const sockets: Socket[] = [];
  const asked: { readonly text: string; readonly socket: Socket }[] = [];
  let answer = (socket: Socket): void => void socket.write(EMPTY);
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      asked.push({ text: bytes.toString('latin1'), socket });
      answer(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: Socket[] = [];
  const connector = buildConnector({});
  const connect = vi.fn<buildConnector.connector>((options, done) =>
    connector(options, (...[error, socket]) => {
      if (socket !== null) clients.push(socket);
      (done as (error: Error | null, socket: Socket | null) => void)(error, socket);
    }),
  );
  const connections = createConnections({
    connect,
    connectionsMax,
    origin: new URL(`http://127.0.0.1:${port}`),
  });
  onTestFinished(async () => {
    connections.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  function send(path = '/') {
    const heard: string[] = [];
    let fault: UpstreamFault | undefined;
    let abort: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      ({ abort } = connections.send(
        { head: `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n` },
        {
          onStart: () => void heard.push('start'),
          onHead: (status) => void heard.push(String(status)),
          onData: (chunk) => void heard.push(chunk.toString()),
          onEnd() {
            heard.push('end');
            resolve();
          },
          onFault(given) {
            heard.push(given.code);
            fault = given;
            resolve();
          },
        },
      ));
    });
    return { heard, over, abort: () => abort(), fault: () => fault };
  }

  const answerWith = (next: typeof answer): void => void (answer = next);
  return { answerWith, asked, clients, connect, connections, send, server, sockets };
}

test('one connection serves one request after another', async () => {
  const { asked, send, sockets } = await setUp();
  for (const path of ['/1', '/2', '/3']) await send(path).over;
  expect(asked.map(({ text }) => text.split(' ')[1])).toEqual(['/1', '/2', '/3']);
  expect(sockets).toHaveLength(1);
});

test('never more than so many; who comes later waits in turn', async () => {
  const { answerWith, asked, send, sockets } = await setUp({ connectionsMax: 2 });
  answerWith(() => undefined);
  const calls = ['/1', '/2', '/3', '/4', '/5'].map(send);
  await expect.poll(() => asked.length).toBe(2);
  answerWith((socket) => void socket.write(EMPTY));
  for (const socket of sockets) socket.write(EMPTY);
  await Promise.all(calls.map(({ over }) => over));
  expect(asked.map(({ text }) => text.split(' ')[1])).toEqual(['/1', '/2', '/3', '/4', '/5']);
  expect(sockets).toHaveLength(2);
  expect(calls.map(({ heard }) => heard)).toEqual(calls.map(() => ['start', '200', 'end']));
});

test('what is given up while it waits never leaves, and is told nothing', async () => {
  const { answerWith, asked, send, sockets } = await setUp({ connectionsMax: 1 });
  answerWith(() => undefined);
  const first = send('/1');
  const second = send('/2');
  const third = send('/3');
  await expect.poll(() => asked.length).toBe(1);
  second.abort();
  answerWith((socket) => void socket.write(EMPTY));
  sockets[0]?.write(EMPTY);
  await Promise.all([first.over, third.over]);
  expect(asked.map(({ text }) => text.split(' ')[1])).toEqual(['/1', '/3']);
  expect(second.heard).toEqual([]);
});

test('what is given up under way ends its connection; the next has another', async () => {
  const { answerWith, asked, send, sockets } = await setUp({ connectionsMax: 1 });
  answerWith(() => undefined);
  const first = send('/1');
  const second = send('/2');
  await expect.poll(() => asked.length).toBe(1);
  answerWith((socket) => void socket.write(EMPTY));
  first.abort();
  await second.over;
  expect(first.heard).toEqual(['start']);
  expect(second.heard).toEqual(['start', '200', 'end']);
  await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true, false]);
});

test.each([
  ['says that it closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
  ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['has more after it than was asked for', `${EMPTY}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`],
  ['keeps it for no time', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n'],
])('an answer that %s is the last of its connection', async (_, text) => {
  const { answerWith, send, sockets } = await setUp();
  answerWith((socket) => void socket.write(text));
  for (const path of ['/1', '/2']) {
    const { heard, over } = send(path);
    await over;
    expect(heard).toEqual(['start', '200', 'end']);
  }
  expect(sockets).toHaveLength(2);
});

test('what comes on a connection of which nobody waits for anything ends it, and is nobody’s answer', async () => {
  const { asked, send, sockets } = await setUp();
  await send('/1').over;
  sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  const { heard, over } = send('/2');
  await over;
  expect(heard).toEqual(['start', '200', 'end']);
  expect(asked).toHaveLength(2);
  expect(sockets).toHaveLength(2);
});

test('what comes before a request has left is not taken for its answer', async () => {
  const { asked, clients, send, sockets } = await setUp();
  await send('/1').over;
  const { heard, over } = send('/2');
  clients[0]?.unshift('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
  await over;
  expect(heard).toEqual(['start', '200', 'end']);
  expect(asked.map(({ text }) => text.split(' ')[1])).toEqual(['/1', '/2']);
  expect(sockets).toHaveLength(2);
});

test('a connection that the server has closed meanwhile is not used', async () => {
  const { connect, send, sockets } = await setUp();
  await send('/1').over;
  sockets[0]?.end();
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  const { heard, over } = send('/2');
  await over;
  expect(heard).toEqual(['start', '200', 'end']);
  expect(connect).toHaveBeenCalledTimes(2);
});

test('a kept connection that ends before a request is written to it takes nothing with it', async () => {
  const { asked, clients, send, sockets } = await setUp();
  await send('/1').over;
  const { heard, over } = send('/2');
  clients[0]?.push(null);
  await over;
  expect(heard).toEqual(['start', '200', 'end']);
  expect(asked.map(({ text }) => text.split(' ')[1])).toEqual(['/1', '/2']);
  expect(sockets).toHaveLength(2);
});

/** It was made for a call that was given up meanwhile. */
async function setUpUnused() {
  const made = await setUp();
  made.send('/1').abort();
  await expect.poll(() => made.clients.length).toBe(1);
  return made;
}

test('a connection that nobody has used yet is used', async () => {
  const { connect, send } = await setUpUnused();
  const { heard, over } = send('/2');
  await over;
  expect(heard).toEqual(['start', '200', 'end']);
  expect(connect).toHaveBeenCalledTimes(1);
});

test('a connection that nobody has used is kept no longer than others', async () => {
  const { connect, send } = await setUpUnused();
  const later = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000);
  onTestFinished(() => {
    later.mockRestore();
  });
  await send('/2').over;
  expect(connect).toHaveBeenCalledTimes(2);
});

test('a connection that nobody has used takes nothing with it when it ends', async () => {
  const { asked, clients, send } = await setUpUnused();
  const { heard, over } = send('/2');
  clients[0]?.push(null);
  await over;
  expect(heard).toEqual(['start', '200', 'end']);
  expect(asked.map(({ text }) => text.split(' ')[1])).toEqual(['/2']);
});

test('a server that accepts and closes is asked once for each call', async () => {
  const { connect, send, server } = await setUp();
  server.prependListener('connection', (socket) => void socket.destroy());
  const { heard, over } = send();
  await over;
  expect(heard.at(-1)).toBe('upstream_reset');
  expect(connect).toHaveBeenCalledTimes(1);
});

test('a connection is not used for longer than the server keeps it', async () => {
  const { answerWith, send, sockets } = await setUp();
  answerWith(
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=2\r\nContent-Length: 0\r\n\r\n'),
  );
  await send('/1').over;
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  expect(sockets).toHaveLength(1);
});

test.each([
  ['before it', ''],
  ['in the middle of it', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
])('an answer whose connection ends %s is a fault', async (_, text) => {
  const { answerWith, send } = await setUp();
  answerWith((socket) => socket.end(text));
  const { fault, over } = send();
  await over;
  expect(fault()).toMatchObject({ code: 'upstream_reset' });
});

test('what cannot be connected fails, each for itself', async () => {
  const { connect, send } = await setUp({ connectionsMax: 2 });
  connect.mockImplementation((_, callback) => void setImmediate(() => callback(new Error('no way'), null)));
  const calls = [send('/1'), send('/2'), send('/3')];
  await Promise.all(calls.map(({ over }) => over));
  expect(calls.map(({ heard }) => heard)).toEqual(calls.map(() => ['upstream_unreachable']));
  expect(connect).toHaveBeenCalledTimes(3);
});

test('what cannot even be tried to be connected fails later, and takes nothing of those after it', async () => {
  const { asked, connect, send } = await setUp({ connectionsMax: 1 });
  connect.mockImplementationOnce(() => {
    throw new Error('no way');
  });
  const first = send('/1');
  expect(first.heard).toEqual([]);
  await first.over;
  expect(first.heard).toEqual(['upstream_unreachable']);
  const second = send('/2');
  await second.over;
  expect(second.heard).toEqual(['start', '200', 'end']);
  expect(asked.map(({ text }) => text.split(' ')[1])).toEqual(['/2']);
});

test('what could not be connected for one who gave up is not the fault of who came later', async () => {
  const { connect, send } = await setUp();
  let refuse: () => void = () => undefined;
  connect.mockImplementationOnce((_, callback) => {
    refuse = () => callback(new Error('no way'), null);
  });
  send('/1').abort();
  const later = send('/2');
  refuse();
  await later.over;
  expect(later.heard).toEqual(['start', '200', 'end']);
  expect(connect).toHaveBeenCalledTimes(2);
});

test('who came later fails once what is tried for them fails, too', async () => {
  const { connect, send } = await setUp();
  const refusals: (() => void)[] = [];
  connect.mockImplementation((_, callback) => {
    refusals.push(() => callback(new Error('no way'), null));
  });
  send('/1').abort();
  const later = send('/2');
  refusals[0]?.();
  expect(later.heard).toEqual([]);
  refusals[1]?.();
  await later.over;
  expect(later.heard).toEqual(['upstream_unreachable']);
  expect(connect).toHaveBeenCalledTimes(2);
});

test('once retired, what was asked for is answered, and then nothing is kept', async () => {
  const { answerWith, asked, connections, send, sockets } = await setUp({ connectionsMax: 1 });
  answerWith(() => undefined);
  const first = send('/1');
  const second = send('/2');
  await expect.poll(() => asked.length).toBe(1);
  connections.retire();
  answerWith((socket) => void socket.write(EMPTY));
  sockets[0]?.write(EMPTY);
  await Promise.all([first.over, second.over]);
  expect(second.heard).toEqual(['start', '200', 'end']);
  await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
});

test('once closed, what is under way and what waits fails', async () => {
  const { answerWith, asked, connections, send, sockets } = await setUp({ connectionsMax: 1 });
  answerWith(() => undefined);
  const calls = [send('/1'), send('/2')];
  await expect.poll(() => asked.length).toBe(1);
  connections.close();
  await Promise.all(calls.map(({ over }) => over));
  expect(calls.map(({ heard }) => heard)).toEqual([
    ['start', 'upstream_unreachable'],
    ['upstream_unreachable'],
  ]);
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
});
