import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createSender } from '@latchkey/tools';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { afterEach, describe, expect, test } from 'vitest';
import { createSseServers, SSE_LIMITS, type SseLimits } from '../../src/upstreams/sse/sse-servers.ts';
import { converse } from './support/conversation.ts';
import { startLoopback, startRaw } from './support/loopback.ts';

const SECRET = { authorization: 'Bearer the-connectors-own' };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function setUp(limits: Partial<SseLimits> = {}) {
  const sender = createSender({});
  cleanups.push(() => sender.close());
  const servers = createSseServers({ sender, limits: { ...SSE_LIMITS, ...limits } });
  const to = (url: string, key = 'con_a') => servers.channelTo({ transport: 'sse', url }, key);
  return { servers, to };
}

/** A server that opens a stream at /sse and lets the test write on it. */
async function startSse(
  first = 'event: endpoint\ndata: /messages?sessionId=1\n\n',
  post: (res: ServerResponse) => void = (res) => void res.writeHead(202).end('Accepted'),
) {
  const streams: ServerResponse[] = [];
  const server = await startLoopback((req, res) => {
    if (req.method === 'POST') return post(res);
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    res.write(first);
    streams.push(res);
  });
  cleanups.push(() => server.close());
  return {
    ...server,
    streams,
    sse: `${server.url}/sse?tenant=7`,
    write: (text: string | Buffer) => streams[0]?.write(text),
  };
}

describe('a channel over HTTP+SSE', () => {
  test('talks to a server made with the SDK', async () => {
    const transports = new Map<string, SSEServerTransport>();
    const upstream = await startRaw((req, res) => {
      void (async () => {
        if (req.method === 'GET') {
          const transport = new SSEServerTransport('/messages', res);
          transports.set(transport.sessionId, transport);
          const server = new McpServer({ name: 'old', version: '1' });
          server.registerTool('greet', { description: 'Greets' }, () => ({
            content: [{ type: 'text', text: 'Grüße 👋' }],
          }));
          return server.connect(transport);
        }
        const id = new URL(req.url ?? '/', 'http://x').searchParams.get('sessionId') ?? '';
        return transports.get(id)?.handlePostMessage(req, res);
      })();
    });
    cleanups.push(() => upstream.close());
    const conversation = await converse(setUp().to(`${upstream.url}/sse`));
    const { channel } = conversation;
    await channel.send({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: '2024-11-05',
        capabilities: {},
        clientInfo: { name: 'latchkey', version: '1' },
      },
    });
    expect(await conversation.next()).toMatchObject({ id: 0, result: { protocolVersion: '2024-11-05' } });
    await channel.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await channel.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'greet', arguments: {} },
    });
    expect(await conversation.next()).toMatchObject({ id: 1, result: { content: [{ text: 'Grüße 👋' }] } });
    const [transport] = transports.values();
    const gone = new Promise<void>((resolve) => {
      if (transport !== undefined) transport.onclose = resolve;
    });
    channel.close();
    await gone;
    expect(conversation.faults).toEqual([]);
  });

  test('carries its credential on the stream and on each message, and keeps the query of its URL', async () => {
    const upstream = await startSse();
    const conversation = await converse(setUp().to(upstream.sse), { headers: SECRET });
    await conversation.channel.send({ id: 1 });
    expect(
      upstream.received.map(({ body, headers, method, url }) => [method, url, headers.authorization, body]),
    ).toEqual([
      ['GET', '/sse?tenant=7', SECRET.authorization, ''],
      ['POST', '/messages?sessionId=1', SECRET.authorization, '{"id":1}'],
    ]);
    conversation.channel.close();
  });

  test('reads what comes in pieces, in batches, between comments and events that are not its', async () => {
    const upstream = await startSse();
    const conversation = await converse(setUp().to(upstream.sse));
    const text = Buffer.from(
      ': hi\r\n\r\nevent: ping\r\ndata: now\r\n\r\ndata: {"id":1,\r\ndata: "text":"👋"}\r\n\r\nid: 9\r\ndata:\r\n\r\ndata: [{"id":2},{"id":3}]\r\n\r\n',
    );
    for (const octet of text) upstream.write(Buffer.from([octet]));
    expect(await conversation.next()).toEqual({ id: 1, text: '👋' });
    expect(await conversation.next()).toEqual({ id: 2 });
    expect(await conversation.next()).toEqual({ id: 3 });
    conversation.channel.close();
  });

  test('is not read from while too much of what came is not done with', async () => {
    const upstream = await startSse();
    const done: (() => void)[] = [];
    const conversation = await converse(setUp().to(upstream.sse), {
      onMessage: () => new Promise<void>((resolve) => void done.push(resolve)),
    });
    const text = 'x'.repeat(10_000);
    for (let id = 0; id < 2000; id += 1) upstream.write(`data: ${JSON.stringify({ id, text })}\n\n`);
    for (let id = 0; id < 64; id += 1) expect(await conversation.next()).toMatchObject({ id });
    expect(conversation.messages.length).toBeLessThan(200);
    while (conversation.messages.length < 2000) {
      done.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    conversation.channel.close();
  });

  test('that is closed lets go of the connection, and says nothing more', async () => {
    const upstream = await startSse();
    const conversation = await converse(setUp().to(upstream.sse));
    const gone = once(upstream.streams[0] ?? upstream.server, 'close');
    conversation.channel.close();
    await gone;
    expect([conversation.messages, conversation.faults]).toEqual([[], []]);
    expect(await conversation.channel.send({ id: 1 })).toMatchObject({ ok: false });
    expect(upstream.received).toHaveLength(1);
  });
});

test('a message that is not accepted yet when the channel is closed is taken back', async () => {
  const posts: ServerResponse[] = [];
  const upstream = await startSse(undefined, (res) => void posts.push(res));
  const conversation = await converse(setUp().to(upstream.sse));
  const sent = conversation.channel.send({ id: 1 });
  await expect.poll(() => posts.length).toBe(1);
  const gone = once(posts[0] ?? upstream.server, 'close');
  conversation.channel.close();
  expect(await sent).toMatchObject({ ok: false, error: { code: 'upstream_reset' } });
  await gone;
  expect(conversation.faults).toEqual([]);
});

describe('the credential goes nowhere but to the server’s own origin', () => {
  test.each<[string, (thief: string) => string]>([
    ['another origin', (thief) => `${thief}/messages`],
    ['another origin without a scheme', (thief) => thief.replace('http:', '') + '/messages'],
    ['another origin with backslashes', (thief) => thief.replace('http://', '\\\\') + '/messages'],
    ['another port', (thief) => `http://127.0.0.1:${new URL(thief).port}/`],
    ['another scheme', () => 'https://127.0.0.1/messages'],
    ['a name that looks like it', (thief) => `http://127.0.0.1@${thief.slice(7)}/`],
    ['a place inside', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
    ['what is no URL', () => 'http://['],
  ])('an endpoint at %s is refused, and nobody is asked there', async (_, endpoint) => {
    const thief = await startLoopback((__, res) => void res.writeHead(202).end());
    cleanups.push(() => thief.close());
    const upstream = await startSse(`event: endpoint\ndata: ${endpoint(thief.url)}\n\n`);
    const { opened } = await converse(setUp().to(upstream.sse), { headers: SECRET });
    expect(opened).toMatchObject({ ok: false, error: { code: 'upstream_invalid' } });
    expect(thief.received).toEqual([]);
    expect(upstream.received).toHaveLength(1);
  });

  test('a second endpoint does not move it', async () => {
    const upstream = await startSse();
    const conversation = await converse(setUp().to(upstream.sse), { headers: SECRET });
    upstream.write('event: endpoint\ndata: /elsewhere\n\ndata: {"id":1}\n\n');
    await conversation.next();
    await conversation.channel.send({ id: 2 });
    expect(upstream.received.at(-1)?.url).toBe('/messages?sessionId=1');
    conversation.channel.close();
  });

  test('no redirect is followed: not of the stream', async () => {
    const thief = await startLoopback((_, res) => void res.writeHead(200).end());
    cleanups.push(() => thief.close());
    const upstream = await startLoopback((_, res) => void res.writeHead(307, { location: thief.url }).end());
    cleanups.push(() => upstream.close());
    const { opened } = await converse(setUp().to(`${upstream.url}/sse`), { headers: SECRET });
    expect(opened).toMatchObject({ ok: false, error: { code: 'upstream_invalid', status: 307 } });
    expect(thief.received).toEqual([]);
  });

  test('no redirect is followed: not of a message', async () => {
    const thief = await startLoopback((_, res) => void res.writeHead(202).end());
    cleanups.push(() => thief.close());
    const upstream = await startSse(
      undefined,
      (res) => void res.writeHead(308, { location: thief.url }).end(),
    );
    const conversation = await converse(setUp().to(upstream.sse), { headers: SECRET });
    expect(await conversation.channel.send({ id: 1 })).toMatchObject({
      ok: false,
      error: { code: 'upstream_invalid', status: 308 },
    });
    expect(await conversation.fault()).toMatchObject({ code: 'upstream_invalid' });
    expect(thief.received).toEqual([]);
  });
});

describe('a server that does not open is a fault with a sentence', () => {
  const answering = (status: number, headers: Record<string, string> = {}, body = '') =>
    startLoopback((_, res) => void res.writeHead(status, headers).end(body));

  test.each<[string, number, Record<string, string>, object]>([
    ['401', 401, { 'www-authenticate': 'Bearer' }, { code: 'upstream_unauthorized', status: 401 }],
    ['403', 403, {}, { code: 'upstream_invalid', status: 403 }],
    ['404', 404, {}, { code: 'upstream_invalid', status: 404 }],
    ['429', 429, { 'retry-after': '7' }, { code: 'upstream_busy', retryAfterSeconds: 7 }],
    ['503', 503, { 'retry-after': 'tomorrow' }, { code: 'upstream_busy', status: 503 }],
    ['502', 502, {}, { code: 'upstream_unreachable', status: 502 }],
    ['500', 500, {}, { code: 'upstream_invalid', status: 500 }],
    ['no event stream', 200, { 'content-type': 'text/html' }, { code: 'upstream_invalid' }],
    [
      'what it has compressed',
      200,
      { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' },
      { code: 'upstream_invalid' },
    ],
    [
      'a stream that is over at once',
      200,
      { 'content-type': 'text/event-stream' },
      { code: 'upstream_reset' },
    ],
  ])('%s is said without the words of the server', async (_, status, headers, fault) => {
    const upstream = await answering(status, headers, status === 200 ? '' : 'stack at /srv/secret.js');
    cleanups.push(() => upstream.close());
    const { opened } = await converse(setUp().to(`${upstream.url}/sse`));
    expect(opened).toMatchObject({ ok: false, error: fault });
    expect(JSON.stringify(opened)).not.toContain('secret.js');
    expect(JSON.stringify(opened)).not.toContain('127.0.0.1');
  });

  test('nobody there', async () => {
    const upstream = await answering(200);
    await upstream.close();
    const { opened } = await converse(setUp().to(`${upstream.url}/sse`));
    expect(opened).toMatchObject({ ok: false, error: { code: 'upstream_unreachable' } });
  });

  test('no head, and no endpoint, in time', async () => {
    const silent = await startLoopback(() => undefined);
    cleanups.push(() => silent.close());
    const { to } = setUp({ openMs: 50 });
    expect((await converse(to(`${silent.url}/sse`))).opened).toMatchObject({
      ok: false,
      error: { code: 'upstream_timeout' },
    });
    const mute = await startSse(': hello\n\n');
    expect((await converse(to(mute.sse))).opened).toMatchObject({
      ok: false,
      error: { code: 'upstream_timeout' },
    });
  });

  test('a message before the endpoint', async () => {
    const upstream = await startSse('data: {"id":1}\n\n');
    const conversation = await converse(setUp().to(upstream.sse));
    expect(conversation.opened).toMatchObject({ ok: false, error: { code: 'upstream_invalid' } });
    expect(conversation.messages).toEqual([]);
  });

  test('who gives up while it opens leaves nothing behind', async () => {
    const silent = await startLoopback(() => undefined);
    cleanups.push(() => silent.close());
    const asked = once(silent.server, 'request');
    const controller = new AbortController();
    const opening = converse(setUp().to(`${silent.url}/sse`), { signal: controller.signal });
    const [req] = await asked;
    const gone = once(req.socket, 'close');
    controller.abort();
    expect((await opening).opened).toMatchObject({ ok: false, error: { code: 'upstream_reset' } });
    await gone;
    const late = await converse(setUp().to(`${silent.url}/sse`), { signal: controller.signal });
    expect(late.opened).toMatchObject({ ok: false });
  });
});

describe('what goes wrong later ends the channel, once, and the connection', () => {
  test.each<[string, string, string]>([
    ['what is no JSON', 'data: Traceback, token=sk-1\n\n', 'upstream_invalid'],
    ['what is no object', 'data: 7\n\n', 'upstream_invalid'],
    ['what nests too deep', `data: {"a":${'['.repeat(5000)}${']'.repeat(5000)}}\n\n`, 'upstream_invalid'],
    ['an event that is too large', `data: {"a":"${'x'.repeat(2e6)}"}\n\n`, 'upstream_too_large'],
    ['an event without an end', `data: ${'x'.repeat(2e6)}`, 'upstream_too_large'],
  ])('%s ends it', async (_, text, code) => {
    const upstream = await startSse();
    const conversation = await converse(setUp({ eventBytesMax: 1024 * 1024 }).to(upstream.sse));
    const gone = once(upstream.streams[0] ?? upstream.server, 'close');
    upstream.write(text);
    const fault = await conversation.fault();
    expect(fault?.code).toBe(code);
    expect(fault?.message).not.toContain('sk-1');
    await gone;
    expect([conversation.messages, conversation.faults.length]).toEqual([[], 1]);
  });

  test('a server that ends the stream, or breaks it off', async () => {
    const upstream = await startSse();
    const { to } = setUp();
    const first = await converse(to(upstream.sse));
    upstream.streams[0]?.end('data: {"id":1}\n\n');
    expect(await first.next()).toEqual({ id: 1 });
    expect(await first.fault()).toMatchObject({ code: 'upstream_reset' });
    const second = await converse(to(upstream.sse));
    upstream.streams[1]?.destroy();
    expect(await second.fault()).toMatchObject({ code: 'upstream_reset' });
  });

  test.each<[string, number, string]>([
    ['does not accept the credential any more', 401, 'upstream_unauthorized'],
    ['does not know the session any more', 404, 'upstream_invalid'],
    ['fails', 500, 'upstream_invalid'],
  ])('a server that %s', async (_, status, code) => {
    const upstream = await startSse(
      undefined,
      (res) => void res.writeHead(status).end('stack at /srv/secret.js'),
    );
    const conversation = await converse(setUp().to(upstream.sse));
    const sent = await conversation.channel.send({ id: 1 });
    expect(sent).toMatchObject({ ok: false, error: { code, status } });
    expect(JSON.stringify(sent)).not.toContain('secret.js');
    expect(await conversation.fault()).toMatchObject({ code });
  });

  test('a server that does not accept a message in time', async () => {
    const upstream = await startSse(undefined, () => undefined);
    const conversation = await converse(setUp({ postMs: 50 }).to(upstream.sse));
    expect(await conversation.channel.send({ id: 1 })).toMatchObject({
      ok: false,
      error: { code: 'upstream_timeout' },
    });
  });
});

test('a flood of channels is refused, by connector and by origin, and room that is given back is room', async () => {
  const upstream = await startSse();
  const { to } = setUp({ perKey: 2, perOrigin: 3 });
  const flood = await Promise.all(Array.from({ length: 10 }, () => converse(to(upstream.sse))));
  expect(flood.filter(({ opened }) => opened.ok)).toHaveLength(2);
  const others = await Promise.all(
    Array.from({ length: 3 }, (_, index) => converse(to(upstream.sse, `con_${index}`))),
  );
  expect(others.filter(({ opened }) => opened.ok)).toHaveLength(1);
  const busy = others.flatMap(({ opened }) => (opened.ok ? [] : [opened.error]));
  expect(busy.map(({ code, retryAfterSeconds }) => [code, retryAfterSeconds])).toEqual([
    ['upstream_busy', 5],
    ['upstream_busy', 5],
  ]);
  flood.find(({ opened }) => opened.ok)?.channel.close();
  expect((await converse(to(upstream.sse))).opened.ok).toBe(true);
});
