import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Doors, FrontTimes } from '../../src/front/front.ts';
import { endUnread } from '../../src/kernel/end-unread.ts';
import type { NodeExchange, WholeAnswer, WholeRequest } from '../../src/kernel/whole-exchange.ts';
import { dial, ECHO, echo, heardOf, listenFront, post } from './support.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A front that notes by whose hand each request came, and what is under way. */
async function open(handleWhole?: (req: WholeRequest, res: WholeAnswer) => void, times?: FrontTimes) {
  const came: ('whole' | 'node')[] = [];
  const doors: Doors = {
    takesWhole: (_method, url) => url.startsWith('/mcp/'),
    handleWhole(req, res) {
      came.push('whole');
      if (handleWhole === undefined) ECHO.handleWhole(req, res);
      else handleWhole(req, res);
    },
    handle(req, res) {
      came.push('node');
      void echo(req, res);
    },
  };
  const front = await listenFront(doors, times);
  ends.push(front.close);
  return {
    ...front,
    came,
    async dial() {
      const line = await dial(front.port);
      ends.push(() => line.socket.destroy());
      return line;
    },
  };
}

/** A front whose calls are answered when the test says so. */
async function openHeld(times?: FrontTimes) {
  const calls: { req: WholeRequest; res: WholeAnswer; isClosed: boolean }[] = [];
  const front = await open((req, res) => {
    const call = { req, res, isClosed: false };
    res.on('close', () => {
      call.isClosed = true;
    });
    calls.push(call);
  }, times);
  const call = async (index = 0) => {
    await expect.poll(() => calls[index]).toBeDefined();
    return calls[index] as (typeof calls)[number];
  };
  return { ...front, call, calls };
}

/** A call whose caller reads nothing for now, and its answer. */
async function callUnread(times?: FrontTimes) {
  const { call, dial: dialFront } = await openHeld(times);
  const line = await dialFront();
  line.socket.pause();
  line.send(post('{}'));
  const { res } = await call();
  return { call, line, res };
}

/** More than the system keeps of a connection that nobody reads. */
const LARGE = 'a'.repeat(32 * 1024 * 1024);
const OK = ['Content-Type', 'text/plain', 'Content-Length', '2'];

test('calls on a kept connection come whole, one after the other', async () => {
  const { came, dial: call } = await open();
  const line = await call();
  for (const body of ['{}', '{"a":1}', '']) {
    const before = line.answers();
    line.send(post(body));
    await expect.poll(line.answers).toBe(before + 1);
    await expect.poll(line.text).toContain(JSON.stringify(body));
  }
  expect(came).toEqual(['whole', 'whole', 'whole']);
  expect(line.text()).toMatch(
    /^HTTP\/1\.1 200 OK\r\nX-Said: it\r\nContent-Length: \d+\r\nDate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n/,
  );
});

test.each([
  ['we read', '/mcp/acme'],
  ['Node reads', '/sign-in'],
])(
  'a connection that %s is kept for longer than balancers keep theirs, and less is promised',
  async (_, path) => {
    const { dial: call, server } = await open();
    const connections: Socket[] = [];
    server.on('connection', (socket: Socket) => void connections.push(socket));
    const line = await call();
    for (const answers of [1, 2]) {
      line.send(post('{}', '', path));
      await expect.poll(line.answers).toBe(answers);
      expect(connections.map(({ timeout }) => timeout)).toEqual([620_000]);
    }
    expect(line.text().match(/^Keep-Alive: .*$/gm)).toEqual([
      'Keep-Alive: timeout=5',
      'Keep-Alive: timeout=5',
    ]);
  },
);

test('who says the same about itself again is heard as it speaks now', async () => {
  const { came, dial: call } = await open();
  const line = await call();
  const bodies = ['{}', '{}', '{"a":1}', '{"b":2}', '', '{"long":"0123456789"}', '{}'];
  for (const [index, body] of bodies.entries()) {
    line.send(post(body));
    await expect.poll(line.answers).toBe(index + 1);
  }
  line.send(post('{}', 'Authorization: Bearer another\r\n'));
  await expect.poll(line.answers).toBe(bodies.length + 1);
  line.send(post('{}', '', '/mcp/other'));
  await expect.poll(line.answers).toBe(bodies.length + 2);
  const heard = line
    .text()
    .split('\r\n\r\n')
    .slice(1)
    .map((said) => JSON.parse(said.replace(/HTTP\/1\.1 [^]*$/, '')) as Record<string, unknown>);
  const host = { host: 'a.test', 'content-type': 'application/json' };
  expect(heard.slice(0, -2)).toEqual(
    bodies.map((body) => ({
      method: 'POST',
      url: '/mcp/acme',
      headers: { ...host, 'content-length': String(body.length) },
      body,
    })),
  );
  expect(heard.slice(-2)).toMatchObject([
    { url: '/mcp/acme', headers: { authorization: 'Bearer another' } },
    { url: '/mcp/other', headers: { ...host, 'content-length': '2' } },
  ]);
  expect(new Set(came)).toEqual(new Set(['whole']));
});

test.each(['GET', 'DELETE', 'OPTIONS'])('%s without a body comes whole', async (method) => {
  const { came, dial: call } = await open();
  const line = await call();
  line.send(`${method} /mcp/acme HTTP/1.1\r\nHost: a.test\r\n\r\n`);
  await expect.poll(line.answers).toBe(1);
  expect(line.text()).toContain(`"method":"${method}"`);
  line.send(post('{}'));
  await expect.poll(line.answers).toBe(2);
  expect(came).toEqual(['whole', 'whole']);
});

test('head and body may come apart; who takes longer between them is heard by Node', async () => {
  const { came, dial: call } = await open();
  const line = await call();
  const [head = '', body = ''] = post('{"a":1}').split('{');
  line.send(head);
  line.send(`{${body}`);
  await expect.poll(line.answers).toBe(1);
  expect(came).toEqual(['whole']);
  line.send(head);
  await expect.poll(() => came).toEqual(['whole', 'node']);
  line.send(`{${body}`);
  await expect.poll(line.answers).toBe(2);
  expect(line.text().split('"body":"{\\"a\\":1}"')).toHaveLength(3);
});

test('a call in crumbs is heard once, whoever hears it', async () => {
  const { came, dial: call } = await open();
  const line = await call();
  for (const byte of post('{}')) line.send(byte);
  await expect.poll(line.answers).toBe(1);
  expect(line.text()).toContain('"body":"{}"');
  expect(came).toHaveLength(1);
});

test.each([
  ['another method', 'PUT /mcp/acme HTTP/1.1\r\nHost: a.test\r\n\r\n'],
  ['HEAD', 'HEAD /mcp/acme HTTP/1.1\r\nHost: a.test\r\n\r\n'],
  ['GET with a body', `GET${post('{}').slice('POST'.length)}`],
  ['another path', post('{}', '', '/portal')],
  [
    'a body in chunks',
    'POST /mcp/acme HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  ],
  ['a header twice', post('{}', 'X-A: 1\r\nX-A: 2\r\n')],
  ['a wish for the connection', post('{}', 'Connection: keep-alive, X-A\r\n')],
  ['a body of 65 KiB', post(' '.repeat(65 * 1024))],
  ['a head of 9 KiB', post('{}', `X-Long: ${'a'.repeat(9 * 1024)}\r\n`)],
])('what is not for every day is heard by Node, and so is all that follows: %s', async (_what, bytes) => {
  const { came, dial: call } = await open();
  const line = await call();
  line.send(post('{}'));
  await expect.poll(line.answers).toBe(1);
  line.send(bytes);
  await expect.poll(line.answers).toBe(2);
  line.send(post('{}'));
  await expect.poll(line.answers).toBe(3);
  expect(came).toEqual(['whole', 'node', 'node']);
});

test.each([
  ['two lengths', post('{}', 'Content-Length: 2\r\n')],
  ['two lengths in one', 'POST /mcp/acme HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\n{}'],
  ['a length and chunks', post('0\r\n\r\n', 'Transfer-Encoding: chunked\r\n')],
  ['no host', 'POST /mcp/acme HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}'],
  ['a line that is folded', post('{}', 'X-A: 1\r\n 2\r\n')],
  ['a blank before the colon', post('{}', 'X-A : 1\r\n')],
  ['a line that ends with half a CRLF', post('{}', 'X-A: 1\rX-B: 2\r\n')],
  ['a NUL', post('{}', 'X-A: \0\r\n')],
])('what could be read in two ways is refused, and nothing after it is heard: %s', async (_what, bytes) => {
  const { came, dial: call } = await open();
  const line = await call();
  line.send(bytes + post('{"smuggled":1}'));
  await expect.poll(line.isClosed).toBe(true);
  expect(line.text()).toMatch(/^HTTP\/1\.1 400 /);
  expect(line.answers()).toBe(1);
  expect(came.filter((by) => by === 'whole')).toEqual([]);
});

test('calls that come before the answer to the one before are answered in order', async () => {
  const { call, calls, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('1'));
  const first = await call();
  line.send(post('2'));
  line.send(post('3'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(calls).toHaveLength(1);
  first.res.send(200, OK, 'ok', 2);
  await expect.poll(line.answers).toBe(3);
  expect(line.text()).toMatch(/ok[^]*"body":"2"[^]*"body":"3"/);
});

test('a caller that goes away before its answer is known of, and what comes then is dropped', async () => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{}'));
  const held = await call();
  line.socket.resetAndDestroy();
  await expect.poll(() => held.isClosed).toBe(true);
  expect(held.res).toMatchObject({ destroyed: true, writableFinished: false });
  held.res.send(200, OK, 'ok', 2);
  expect(held.res.writableFinished).toBe(false);
});

test('a caller that says that it has nothing more to say ends its call, as with Node', async () => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{}'));
  const held = await call();
  line.end();
  await expect.poll(() => held.isClosed).toBe(true);
  await expect.poll(line.isClosed).toBe(true);
  expect(line.text()).toBe('');
});

test('an answer is finished when its caller has taken all of it', async () => {
  const { line, res } = await callUnread();
  res.send(200, ['Content-Length', String(LARGE.length)], LARGE, LARGE.length);
  expect(res).toMatchObject({ headersSent: true, writableEnded: true, writableFinished: false });
  line.socket.resume();
  await expect.poll(() => res.writableFinished).toBe(true);
  await expect.poll(() => line.text().length).toBeGreaterThan(LARGE.length);
});

test('an answer that nobody reads is broken off', async () => {
  const { line, res } = await callUnread({ unreadMs: 300 });
  res.send(200, ['Content-Length', String(LARGE.length)], LARGE, LARGE.length);
  await expect.poll(() => res.destroyed).toBe(true);
  expect(res.writableFinished).toBe(false);
  line.socket.resume();
  await expect.poll(line.isClosed).toBe(true);
  expect(line.text().length).toBeLessThan(LARGE.length);
});

test('an answer that Node writes after all is broken off, too, if nobody reads it', async () => {
  const { line, res } = await callUnread({ unreadMs: 300 });
  res.toNode();
  res.send(200, ['Content-Length', String(LARGE.length)], LARGE, LARGE.length);
  await expect.poll(() => res.destroyed).toBe(true);
  line.socket.resume();
  await expect.poll(line.isClosed).toBe(true);
  expect(line.text().length).toBeLessThan(LARGE.length);
});

describe('what a caller sends meanwhile is no sign that it reads', () => {
  const ANSWERS: [string, (res: WholeAnswer) => void][] = [
    ['an answer', () => undefined],
    ['an answer that Node writes after all', (res) => void res.toNode()],
  ];
  /** What can be sent for long before it is a request. */
  const NEXT = `GET /mcp/acme HTTP/1.1\r\nHost: a.test\r\nX-Long: ${'b'.repeat(8_000)}`;

  test.each(ANSWERS)('%s is broken off', async (_what, prepare) => {
    const { line, res } = await callUnread({ unreadMs: 300 });
    prepare(res);
    res.send(200, ['Content-Length', String(LARGE.length)], LARGE, LARGE.length);
    let at = 0;
    const sending = setInterval(() => line.send(NEXT.charAt((at += 1) - 1)), 20);
    ends.push(() => clearInterval(sending));
    await expect.poll(() => res.destroyed, { timeout: 5_000 }).toBe(true);
    line.socket.resume();
    await expect.poll(line.isClosed).toBe(true);
    expect(line.text().length).toBeLessThan(LARGE.length);
  });

  test('a stream is broken off', async () => {
    const { line, res: held } = await callUnread({ unreadMs: 300 });
    const { res } = held.toNode();
    res.writeHead(200, ['Content-Type', 'text/event-stream']);
    endUnread(res, 300);
    res.write(LARGE);
    let at = 0;
    const sending = setInterval(() => line.send(NEXT.charAt((at += 1) - 1)), 20);
    ends.push(() => clearInterval(sending));
    await expect.poll(() => res.destroyed, { timeout: 5_000 }).toBe(true);
  });
});

test('a caller that reads slowly, and goes on reading, gets all of its answer', async () => {
  const { call, line, res } = await callUnread({ unreadMs: 1_500 });
  res.send(200, ['Content-Length', String(LARGE.length)], LARGE, LARGE.length);
  // A tenth at each stroke: all of it takes twice the time that would break it off.
  for (let share = 1; share < 10; share += 1) {
    await new Promise((resolve) => setTimeout(resolve, 350));
    line.socket.resume();
    await expect.poll(() => line.text().length, { interval: 1 }).toBeGreaterThan((share * LARGE.length) / 10);
    line.socket.pause();
    // Its next call may come before it has read all.
    if (share === 3) line.send(post('{}'));
  }
  line.socket.resume();
  await expect.poll(() => line.text().length).toBeGreaterThan(LARGE.length);
  expect(res.writableFinished).toBe(true);
  expect(await call(1)).toMatchObject({ isClosed: false });
});

test('text and pieces go out as they are', async () => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  const given = [Buffer.from('{"a":"'), 'ä€', Buffer.from('"}')];
  for (const [index, body] of ['ä€', given].entries()) {
    line.send(post('{}'));
    const { res } = await call(index);
    const bytes = Buffer.byteLength([body].flat().join(''));
    res.send(200, ['Content-Length', String(bytes)], body, bytes);
    await expect.poll(line.answers).toBe(index + 1);
  }
  expect(Buffer.from(line.text(), 'latin1').toString()).toMatch(/\r\n\r\nä€HTTP[^]*\r\n\r\n\{"a":"ä€"\}$/);
});

test.each([
  ['X-A', 'a\r\nX-B: b'],
  ['X-A', 'a\nb'],
  ['X-A', '\0'],
  ['X-A', '€'],
  ['X-A\r\nX-B', 'b'],
])('no header can become two, and nothing is sent of an answer with one: %j %j', async (name, value) => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{}'));
  const { res } = await call();
  expect(() => res.send(200, [name, value], '', 0)).toThrow('no header can be sent like this');
  expect(res.headersSent).toBe(false);
  res.send(500, ['Content-Length', '0'], '', 0);
  await expect.poll(line.text).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\nContent-Length: 0\r\n/);
});

test('an answer is sent once', async () => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{}'));
  const { res } = await call();
  res.send(200, OK, 'ok', 2);
  expect(() => res.send(200, OK, 'ok', 2)).toThrow('it was answered already');
  expect(() => res.toNode()).toThrow('it was answered already');
});

test.each([
  ['is told to', false, OK],
  ['says so itself', true, [...OK, 'Connection', 'close']],
])('an answer ends its connection if it %s', async (_why, isKept, headers) => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{}'));
  const { res } = await call();
  res.shouldKeepAlive = isKept;
  res.send(200, headers, 'ok', 2);
  await expect.poll(line.isClosed).toBe(true);
  expect(line.text()).toMatch(/\r\nConnection: close\r\n\r\nok$/);
  expect(line.text()).not.toContain('keep-alive');
});

test('Node makes of a call what streams, and tells of its end', async () => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{"a":1}', 'X-A: b\r\n'));
  const held = await call();
  const node: NodeExchange = held.res.toNode();
  expect(heardOf(node.req, held.req.body)).toEqual(heardOf(held.req, held.req.body));
  expect(held.res.toNode()).toBe(node);
  node.res.writeHead(200, ['Content-Type', 'text/event-stream']);
  node.res.write('one');
  await expect.poll(line.text).toContain('one');
  expect(held.res).toMatchObject({ headersSent: true, writableEnded: false });
  expect(() => held.res.send(200, OK, 'ok', 2)).toThrow('Cannot write headers after they are sent');
  node.res.end('two');
  await expect.poll(() => held.isClosed).toBe(true);
  expect(held.res).toMatchObject({ statusCode: 200, writableFinished: true });
  line.send(post('{}'));
  await expect.poll(line.text).toContain('"body":"{}"');
});

test('what was going to be a stream may be answered whole after all', async () => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{}'));
  const { res } = await call();
  res.toNode();
  res.send(200, OK, ['o', Buffer.from('k')], 2);
  await expect
    .poll(line.text)
    .toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: 2\r\n[^]*\r\n\r\nok$/);
});

test('what comes behind a call that streams is answered behind it', async () => {
  const { call, dial: dialFront } = await openHeld();
  const line = await dialFront();
  line.send(post('{}'));
  const { res } = await call();
  line.send(post('2'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const node = res.toNode();
  node.res.writeHead(200, OK);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(line.text()).toBe('');
  node.res.end('ok');
  await expect.poll(line.answers).toBe(2);
  expect(line.text()).toMatch(/\r\n\r\nokHTTP[^]*"body":"2"/);
});

test('a stop ends what is idle at once, and what is under way when it is told to', async () => {
  const front = await openHeld();
  const [idle, busy, later] = [await front.dial(), await front.dial(), await front.dial()];
  busy.send(post('{}'));
  later.send('POST /mcp');
  const { res } = await front.call();
  const closed = once(front.server, 'close');
  front.server.close();
  front.closeIdleConnections();
  await expect.poll(idle.isClosed).toBe(true);
  expect(busy.isClosed()).toBe(false);
  res.shouldKeepAlive = false;
  res.send(200, OK, 'ok', 2);
  await expect.poll(busy.isClosed).toBe(true);
  expect(busy.text()).toMatch(/\r\nConnection: close\r\n\r\nok$/);
  front.closeAllConnections();
  await closed;
  await expect.poll(later.isClosed).toBe(true);
});
