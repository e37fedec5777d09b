import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openExchange, respond, type Body, type Exchange } from './exchange.ts';
import { createProgressAnswer } from './mcp/progress.ts';
import { openEventStream } from './streams/event-stream.ts';

let answer: (exchange: Exchange) => void = () => undefined;
let unwritable: unknown[] = [];
const server = createServer((req: IncomingMessage, res: ServerResponse) => {
  const fail = (thrown: unknown) => {
    unwritable.push(thrown);
    res.writeHead(500).end();
  };
  answer(openExchange(req, res, fail, UNREAD_MS));
});
let url = '';
const UNREAD_MS = 300;
/** More than the system keeps of a connection that nobody reads. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'a');

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

/** Asks, and reads nothing. */
function askUnread(asked = 'GET / HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n') {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let bytes = 0;
  socket.on('data', (piece: Buffer) => (bytes += piece.length)).on('error', () => undefined);
  socket.pause().write(asked);
  return {
    async readAll(): Promise<number> {
      socket.resume();
      await expect.poll(() => socket.closed).toBe(true);
      return bytes;
    },
  };
}

const CALL = {
  kind: 'request',
  id: 1,
  method: 'tools/call',
  params: { _meta: { progressToken: 1 } },
} as const;

function answerAfterProgress(exchange: Exchange, body: Body): void {
  const progress = createProgressAnswer(exchange, CALL);
  progress?.onProgress({ progress: 1 });
  expect(progress?.end({ status: 200, headers: [], body })).toBe(true);
}

test.each<[string, (exchange: Exchange) => void]>([
  ['text', (exchange) => respond(exchange, 200, [], LARGE.toString())],
  ['pieces', (exchange) => respond(exchange, 200, [], [LARGE])],
  ['what comes after the progress of a call', (exchange) => answerAfterProgress(exchange, [LARGE])],
])('an answer that nobody reads is broken off: %s', async (_what, respondLarge) => {
  let res: Exchange['res'] | undefined;
  answer = (exchange) => {
    ({ res } = exchange);
    respondLarge(exchange);
  };
  const line = askUnread();
  await expect.poll(() => res?.destroyed).toBe(true);
  expect(await line.readAll()).toBeLessThan(LARGE.length);
});

test('who asks on and on, and reads none of the small answers, is broken off', async () => {
  let isBroken = false;
  answer = (exchange) => {
    exchange.req.socket.once('close', () => (isBroken = true));
    respond(exchange, 200, [], 'a'.repeat(1024));
  };
  askUnread('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(40_000));
  await expect.poll(() => isBroken).toBe(true);
});

test('an answer that the system takes at once is not watched', async () => {
  let res: Exchange['res'] | undefined;
  answer = (exchange) => {
    ({ res } = exchange);
    respond(exchange, 200, [], 'small');
  };
  expect(await heard()).toEqual({ status: 200, text: 'small' });
  expect((res as ServerResponse).listenerCount('timeout')).toBe(0);
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
