import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openExchange, respond, type Exchange } from './exchange.ts';
import { openEventStream } from './streams/event-stream.ts';

let answer: (exchange: Exchange) => void = () => undefined;
let unwritable: unknown[] = [];
const server = createServer((req: IncomingMessage, res: ServerResponse) => {
  const exchange = openExchange(req, res, (thrown) => {
    unwritable.push(thrown);
    res.writeHead(500).end();
  });
  answer(exchange);
});
let url = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  unwritable = [];
});
afterAll(() => server.close());

async function heard(): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

test('the first answer counts, although it is written later', async () => {
  answer = (exchange) => {
    respond(exchange, 200, [], 'first');
    respond(exchange, 500, [], 'second');
  };
  expect(await heard()).toEqual({ status: 200, text: 'first' });
});

test('no stream begins after an answer, although that is not written yet', async () => {
  const thrown: unknown[] = [];
  answer = (exchange) => {
    respond(exchange, 401, [], 'no');
    try {
      openEventStream(exchange, []);
    } catch (error) {
      thrown.push(error);
    }
  };
  expect(await heard()).toEqual({ status: 401, text: 'no' });
  expect(thrown).toEqual([new Error('it was answered already')]);
});

test('an answer that cannot be written is told of, and keeps no other from being written', async () => {
  const bodies = ['first', 'bad', 'last'];
  const waiting: Exchange[] = [];
  answer = (exchange) => {
    if (waiting.push(exchange) < bodies.length) return;
    waiting.forEach((one, at) => {
      const body = bodies[at] ?? '';
      respond(one, 200, body === 'bad' ? ['X-Bad', 'a\nb'] : [], body);
    });
  };
  const all = await Promise.all(bodies.map(heard));
  const said = all.map(({ status, text }) => `${status} ${text}`);
  expect(said.toSorted()).toEqual(['200 first', '200 last', '500 ']);
  expect(unwritable).toMatchObject([{ code: 'ERR_INVALID_CHAR' }]);
});
