import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSender } from '../src/call/send.ts';
import { compileCatalogue } from '../src/catalogue/compile.ts';
import { dialectOf } from '../src/mcp/revisions.ts';
import { createGatewayBackend, createGatewayCalls, snapshotOf } from '../src/stdio.ts';
import { postMessage } from '../src/stdio/gateway/post-message.ts';

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function openSender() {
  const sender = createSender();
  onTestFinished(() => sender.close());
  return sender;
}

function snapshot() {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Mood' },
    paths: { '/mood': { get: { operationId: 'get_mood' } } },
  };
  const compiled = compileCatalogue(JSON.stringify(document));
  if (!compiled.ok) throw new Error(compiled.error.message);
  const server = { name: 'mood', title: 'Mood', version: '1' };
  return snapshotOf(compiled.value, { access: 'read', connector: 'mood', server });
}

const KEY = 'lk_live_secret';

describe('a catalogue', () => {
  test('that names another server for an operation does not have the key sent there', async () => {
    const seen: unknown[] = [];
    const elsewhere = await serve((req, res) => {
      seen.push(['elsewhere', req.headers['x-api-key']]);
      res.end();
    });
    const origin = await serve((req, res) => {
      seen.push([req.url, req.headers['x-api-key']]);
      res.end();
    });
    const [found] = snapshot().tools;
    if (found?.through !== 'api') throw new Error('no tool');
    const { call } = createGatewayCalls({ place: { origin, path: '/mcp' }, key: KEY, sender: openSender() });
    const binding = { ...found.tool.binding, baseUrl: elsewhere };
    await call({
      tool: { ...found, tool: { ...found.tool, binding } },
      arguments: {},
      signal: new AbortController().signal,
      dialect: dialectOf('2025-06-18'),
      params: { name: 'get_mood' },
      onProgress: () => undefined,
    });
    expect(seen).toEqual([['/api/mood/mood', KEY]]);
  });

  test('that has not changed is asked for by its tag, and is the same after a 304', async () => {
    const asked: unknown[] = [];
    const origin = await serve((req, res) => {
      asked.push(req.headers['if-none-match']);
      if (req.headers['if-none-match'] === '"one"') res.writeHead(304).end();
      else res.writeHead(200, { etag: '"one"' }).end(JSON.stringify(snapshot()));
    });
    const place = { origin, path: '/mcp' };
    const backend = createGatewayBackend({ place, key: KEY, sender: openSender() });
    const first = await backend.catalogue('now');
    const second = await backend.catalogue('now');
    if (!first.ok || !second.ok) throw new Error('no catalogue');
    expect(first.value.tools.map(({ name }) => name)).toEqual(['get_mood']);
    expect(second.value).toBe(first.value);
    expect(asked).toEqual([undefined, '"one"']);
  });
});

describe('an answer that has begun', () => {
  const IDLE_MS = 1_000;

  const NOTIFICATION = 'data: {"jsonrpc":"2.0","method":"notifications/x"}\n\n';

  /** Time goes on as the test says, and the server says what the test has it say. */
  async function begin() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const steps = new EventEmitter();
    const begun = once(steps, 'heard');
    const answering = once(steps, 'asked') as Promise<[ServerResponse]>;
    const origin = await serve((_, res) => {
      steps.emit('asked', res);
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(NOTIFICATION);
    });
    const over = postMessage(openSender(), {
      origin,
      path: '/mcp',
      headers: {},
      body: '{}',
      signal: new AbortController().signal,
      onNotification: () => void steps.emit('heard'),
      idleMs: IDLE_MS,
    });
    const [response] = await answering;
    await begun;
    return { over, response, heard: () => once(steps, 'heard') };
  }

  test('and does not go on is given up', async () => {
    const { over, response } = await begin();
    const gone = once(response, 'close');
    vi.advanceTimersByTime(IDLE_MS);
    expect(await over).toMatchObject({ ok: false, error: { code: 'upstream_timeout' } });
    await gone;
  });

  test('and goes on within the time is waited for, however long it takes in all', async () => {
    const { heard, over, response } = await begin();
    for (let times = 1; times <= 4; times += 1) {
      vi.advanceTimersByTime(IDLE_MS - 1);
      const next = heard();
      response.write(NOTIFICATION);
      await next;
    }
    response.end('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
    expect(await over).toMatchObject({ ok: true, value: { message: { result: {} } } });
  });
});
