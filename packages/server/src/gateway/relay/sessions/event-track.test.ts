import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openExchange } from '../../exchange.ts';
import { createEventLog } from './event-log.ts';
import { createEventTrack } from './event-track.ts';

let server: ReturnType<typeof createServer>;
const clients: ReturnType<typeof request>[] = [];
beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

function fault(thrown: unknown): never {
  throw thrown;
}

/** A connection, both ends of it. */
async function connect() {
  const client = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  clients.push(client);
  client.on('error', () => undefined);
  client.end();
  const [req, res] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  return { client, exchange: openExchange(req, res, fault) };
}

async function responseOf({ client }: Awaited<ReturnType<typeof connect>>): Promise<IncomingMessage> {
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

function newTrack(primes = false) {
  return createEventTrack(3, createEventLog({ bytes: 0, bytesMax: 1e9 }, 1024), primes);
}

test('who tells more than is taken is asked to wait until it is, or until nobody is there', async () => {
  const track = newTrack();
  const connection = await connect();
  track.attach(connection.exchange, []);
  const response = await responseOf(connection);
  expect(track.tell('"small"')).toBeUndefined();
  const large = JSON.stringify('x'.repeat(8 * 1024 * 1024));
  let isTaken = false;
  const waiting = Promise.resolve(track.tell(large)).then(() => {
    isTaken = true;
  });
  // Nobody reads, and it is more than the system keeps for who does not.
  await setTimeout(200);
  expect(isTaken).toBe(false);
  response.resume();
  await waiting;

  const stuck = await connect();
  track.attach(stuck.exchange, []);
  await responseOf(stuck);
  const gone = track.tell(large);
  expect(gone).toBeInstanceOf(Promise);
  stuck.client.destroy();
  await gone;
  expect(track.isAttended()).toBe(false);
  // Nobody has to wait for nobody.
  expect(track.tell(large)).toBeUndefined();
});

test('a new connection takes over from the one before, which ends in order', async () => {
  const track = newTrack(true);
  const first = await connect();
  track.attach(first.exchange, []);
  const before = await responseOf(first);
  const ended = once(before.resume(), 'end');
  const second = await connect();
  track.attach(second.exchange, [{ id: '3-9', data: '"owed"' }]);
  await ended;
  const after = await responseOf(second);
  expect(track.tell('"new"')).toBeUndefined();
  track.finish();
  const texts: string[] = [];
  for await (const chunk of after.setEncoding('utf8')) texts.push(chunk as string);
  expect(texts.join('')).toBe(
    'id: 3-9\nevent: message\ndata: "owed"\n\nid: 3-1\nevent: message\ndata: "new"\n\n',
  );
  expect([track.isFinished(), track.isAttended()]).toEqual([true, false]);
});

test('what is cut is not taken for whole', async () => {
  const track = newTrack();
  const connection = await connect();
  track.attach(connection.exchange, []);
  const response = (await responseOf(connection)).resume();
  const closed = new Promise((resolve) => {
    response.once('close', resolve);
  });
  track.cut();
  await closed;
  expect(response.complete).toBe(false);
});
