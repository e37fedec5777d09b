import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { NodeExchange, WholeAnswer } from '../../src/kernel/whole-exchange.ts';
import { dial, listenFront, post } from './support.ts';

// Requests that Node reads before the one before them is answered: each answer waits for its turn on the connection.
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Followed {
  readonly res: ServerResponse;
  /** How often it was told that it is over, and what it was then. */
  readonly told: { destroyed: boolean; writableFinished: boolean }[];
}

/** A front before Node whose requests are answered when the test says so; those to /mcp/ come whole. */
async function open() {
  const asked: Followed[] = [];
  const whole: WholeAnswer[] = [];
  const front = await listenFront({
    takesWhole: (_method, url) => url.startsWith('/mcp/'),
    handleWhole: (_req, res) => void whole.push(res),
    handle: (req, res) => void asked.push(follow(req, res)),
  });
  ends.push(front.close);
  const line = await dial(front.port);
  ends.push(() => line.socket.destroy());
  return { asked, line, whole };
}

function follow(req: IncomingMessage, res: ServerResponse): Followed {
  const told: Followed['told'] = [];
  req.on('error', () => undefined).resume();
  res.on('close', () => told.push({ destroyed: res.destroyed, writableFinished: res.writableFinished }));
  return { res, told };
}

const GET = 'GET /api/a HTTP/1.1\r\nHost: a.test\r\n\r\n';
const BROKEN_OFF = [{ destroyed: true, writableFinished: false }];
const ANSWERED = [{ destroyed: true, writableFinished: true }];
const toldOf = (asked: readonly Followed[]) => asked.map(({ told }) => told);
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('a caller that leaves ends each answer that it waits for, once, whatever is said then', async () => {
  const { asked, line } = await open();
  line.send(GET.repeat(4));
  await expect.poll(() => asked).toHaveLength(4);
  // One has begun and one is whole, but nothing of them was sent: the first comes before them.
  asked[1]?.res.writeHead(200).write('begun');
  asked[2]?.res.end('whole');
  line.socket.resetAndDestroy();
  await expect.poll(() => toldOf(asked)).toEqual(Array(4).fill(BROKEN_OFF));
  for (const { res } of asked) res.end('ok');
  await nextTurn();
  expect(toldOf(asked)).toEqual(Array(4).fill(BROKEN_OFF));
});

test('so does one that says that it has nothing more to say', async () => {
  const { asked, line } = await open();
  line.send(GET.repeat(3));
  await expect.poll(() => asked).toHaveLength(3);
  line.end();
  await expect.poll(() => toldOf(asked)).toEqual(Array(3).fill(BROKEN_OFF));
});

test('an answer that was broken off before its turn is told of its end with its connection', async () => {
  const { asked, line } = await open();
  line.send(GET.repeat(3));
  await expect.poll(() => asked).toHaveLength(3);
  asked[1]?.res.destroy();
  line.socket.resetAndDestroy();
  await expect.poll(() => toldOf(asked)).toEqual(Array(3).fill(BROKEN_OFF));
});

test('who was answered, whose turn it is and who waits are told of their ends, once each', async () => {
  const { asked, line } = await open();
  line.send(GET.repeat(4));
  await expect.poll(() => asked).toHaveLength(4);
  asked[1]?.res.end('second');
  asked[0]?.res.end('first');
  await expect.poll(line.text).toMatch(/first[^]*second/);
  asked[2]?.res.writeHead(200).write('third');
  await expect.poll(line.text).toContain('third');
  line.socket.resetAndDestroy();
  await expect.poll(() => toldOf(asked)).toEqual([ANSWERED, ANSWERED, BROKEN_OFF, BROKEN_OFF]);
  await nextTurn();
  expect(toldOf(asked)).toEqual([ANSWERED, ANSWERED, BROKEN_OFF, BROKEN_OFF]);
});

test('a caller that leaves a stream ends what it asked behind it, too', async () => {
  const { asked, line, whole } = await open();
  line.send(post('{}'));
  await expect.poll(() => whole).toHaveLength(1);
  line.send(GET.repeat(2));
  const stream: NodeExchange | undefined = whole[0]?.toNode();
  stream?.res.writeHead(200).write('one');
  line.send(GET.repeat(2));
  await expect.poll(() => asked).toHaveLength(4);
  line.socket.resetAndDestroy();
  await expect.poll(() => toldOf(asked)).toEqual(Array(4).fill(BROKEN_OFF));
  expect(whole[0]?.destroyed).toBe(true);
});

test('a connection that is used for long gathers nothing', async () => {
  const { asked, line } = await open();
  const listeners: number[] = [];
  for (let round = 1; round <= 15; round += 1) {
    line.send(GET.repeat(3));
    await expect.poll(() => asked).toHaveLength(3);
    const { socket } = asked[0]?.res.req ?? {};
    listeners.push(socket?.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0) ?? 0);
    for (const { res } of asked) res.end('ok');
    await expect.poll(() => toldOf(asked)).toEqual(Array(3).fill(ANSWERED));
    asked.length = 0;
  }
  expect(new Set(listeners).size).toBe(1);
});
