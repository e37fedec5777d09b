import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call, modern, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';
import { startUpstream, type ReceivedRequest, type UpstreamHandler } from './support/upstream.ts';

const KB = 1024;
const LIMITS = { headMs: 60_000, silenceMs: 60_000, bodySilenceMs: 60_000, bytesMax: 64 * KB };
/** For servers that hang. To all others a machine that is held up for a moment must not look like one. */
const SHORT = { ...LIMITS, headMs: 1_000, silenceMs: 1_000, bodySilenceMs: 1_000 };
const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_HEAD = { 'content-type': 'application/json' };
const SECRET = 'the-secret-of-the-connector';
const TOOLS = [{ name: 'look' }, { name: 'change', reads: false }];

let harness: Harness;
let hasty: Harness;
let healthy: Awaited<ReturnType<typeof startUpstream>>;
let raw: { url: string; speak(socket: Socket): void; open: Set<Socket>; close(): Promise<void> };
/** Requests that the server behind us has not seen the end of. */
let open: Set<ServerResponse>;

beforeAll(async () => {
  harness = await startHarness({ relay: { limits: LIMITS }, streamLimits: { perKey: 1 } });
  hasty = await startHarness({ relay: { limits: SHORT }, streamLimits: { perKey: 1 } });
  healthy = await startUpstream();
  healthy.answer((req, res) => {
    const { id } = parsed(req);
    res.writeHead(200, JSON_HEAD).end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } }));
  });
  raw = await startRaw();
  for (const each of [harness, hasty]) {
    await publishServer(each, { slug: 'faulty', url: `${each.upstream.baseUrl}/mcp`, tools: TOOLS });
    await publishServer(each, { slug: 'healthy', url: healthy.baseUrl, tools: TOOLS });
  }
  await publishServer(harness, { slug: 'raw', url: raw.url, tools: TOOLS });
  await publishServer(harness, { slug: 'down', url: await closedPort(), tools: TOOLS });
});
afterAll(async () => {
  await harness.close();
  await hasty.close();
  await healthy.close();
  await raw.close();
});
beforeEach(() => {
  open = new Set();
});

function parsed({ body }: ReceivedRequest): { id?: number; method?: string } {
  return body.length === 0 ? {} : (JSON.parse(body.toString()) as { id?: number; method?: string });
}

/** Has the server behave so, and watches what stays open at it. */
function behave(handler: UpstreamHandler, at = harness): void {
  at.upstream.answer((req, res) => {
    open.add(res);
    res.on('close', () => open.delete(res));
    return handler(req, res);
  });
}

async function startRaw() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', () => started.speak(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    speak: (socket: Socket): void => void socket.end(),
    open: sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/mcp`;
}

const event = (data: unknown): string =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const result = (id: unknown): object => ({ jsonrpc: '2.0', id, result: { content: [] } });
const padded = (bytes: number): object => ({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [], pad: 'x'.repeat(bytes) },
});
const broken = (res: ServerResponse, text: string): void => {
  res.write(text, () => res.destroy());
};

type Fault = readonly [name: string, handler: UpstreamHandler, code: string, status: number];

const FAULTS: readonly Fault[] = [
  ['hangs before it answers', () => undefined, 'upstream_timeout', 504],
  ['closes before it answers', (_, res) => res.destroy(), 'upstream_reset', 502],
  [
    'hangs in the middle of a text',
    (_, res) => void res.writeHead(200, JSON_HEAD).write('{"jsonrpc":'),
    'upstream_timeout',
    504,
  ],
  [
    'hangs in the middle of events',
    (_, res) =>
      void res.writeHead(200, EVENTS).write(event({ jsonrpc: '2.0', method: 'notifications/progress' })),
    'upstream_timeout',
    504,
  ],
  [
    'hangs in the middle of an event',
    (_, res) => void res.writeHead(200, EVENTS).write('data: {"jsonrpc"'),
    'upstream_timeout',
    504,
  ],
  [
    'closes in the middle of a text',
    (_, res) => broken(res.writeHead(200, { ...JSON_HEAD, 'content-length': '999' }), '{"jsonrpc":'),
    'upstream_reset',
    502,
  ],
  [
    'closes in the middle of an event',
    (_, res) => broken(res.writeHead(200, EVENTS), 'data: {"jsonrpc"'),
    'upstream_reset',
    502,
  ],
  [
    'ends its events without an answer',
    (_, res) => res.writeHead(200, EVENTS).end(event({ jsonrpc: '2.0', method: 'notifications/progress' })),
    'upstream_reset',
    502,
  ],
  ['ends at once', (_, res) => res.writeHead(200, EVENTS).end(), 'upstream_reset', 502],
  [
    'sends a page',
    (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'),
    'upstream_invalid',
    502,
  ],
  [
    'sends an error page',
    (_, res) => res.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops: db-3.internal</h1>'),
    'upstream_invalid',
    502,
  ],
  [
    'sends JSON that is no message',
    (_, res) => res.writeHead(200, JSON_HEAD).end('{"ok":true}'),
    'upstream_invalid',
    502,
  ],
  [
    'sends an answer to something else',
    (_, res) => res.writeHead(200, JSON_HEAD).end(JSON.stringify(result(2))),
    'upstream_invalid',
    502,
  ],
  [
    'sends half a text',
    (_, res) => res.writeHead(200, JSON_HEAD).end('{"jsonrpc":"2.0","id":1,"res'),
    'upstream_invalid',
    502,
  ],
  ['sends nothing', (_, res) => res.writeHead(200, JSON_HEAD).end(), 'upstream_invalid', 502],
  ['only takes note', (_, res) => res.writeHead(202).end(), 'upstream_invalid', 502],
  [
    'sends events that are no messages',
    (_, res) => void res.writeHead(200, EVENTS).write(event('hello')),
    'upstream_invalid',
    502,
  ],
  [
    'sends events that are other JSON',
    (_, res) => void res.writeHead(200, EVENTS).write(event({ ok: true })),
    'upstream_invalid',
    502,
  ],
  [
    'nests without an end',
    (_, res) =>
      res
        .writeHead(200, JSON_HEAD)
        .end(`{"jsonrpc":"2.0","id":1,"result":${'['.repeat(5000)}${']'.repeat(5000)}}`),
    'upstream_invalid',
    502,
  ],
  [
    'packs what it was asked not to',
    (_, res) =>
      res
        .writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify(result(1)))),
    'upstream_invalid',
    502,
  ],
  [
    'announces too much',
    (_, res) => void res.writeHead(200, { ...JSON_HEAD, 'content-length': String(65 * KB) }).write('{'),
    'upstream_too_large',
    502,
  ],
  [
    'sends too much',
    (_, res) => res.writeHead(200, JSON_HEAD).end(JSON.stringify(padded(65 * KB))),
    'upstream_too_large',
    502,
  ],
  [
    'sends too large an event',
    (_, res) => void res.writeHead(200, EVENTS).write(event(padded(65 * KB))),
    'upstream_too_large',
    502,
  ],
  [
    'sends an event without an end',
    (_, res) => void res.writeHead(200, EVENTS).write(`data: ${'x'.repeat(70 * KB)}`),
    'upstream_too_large',
    502,
  ],
  [
    'wants a credential',
    (_, res) =>
      res
        .writeHead(401, {
          ...JSON_HEAD,
          'www-authenticate': 'Bearer resource_metadata="https://evil.example/"',
        })
        .end('{}'),
    'upstream_unauthorized',
    502,
  ],
  [
    'wants a credential in its own words',
    (_, res) =>
      res.writeHead(401, JSON_HEAD).end(
        JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          error: { code: -32001, message: 'Log in at evil.example' },
        }),
      ),
    'upstream_unauthorized',
    502,
  ],
  [
    'forbids',
    (_, res) => res.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }).end(),
    'upstream_invalid',
    502,
  ],
  [
    'wants a proxy’s credential',
    (_, res) => res.writeHead(407, { 'proxy-authenticate': 'Basic' }).end(),
    'upstream_invalid',
    502,
  ],
  [
    'redirects',
    (_, res) => res.writeHead(307, { location: 'https://evil.example/mcp' }).end(),
    'upstream_invalid',
    502,
  ],
  [
    'is somewhere else',
    (_, res) => res.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>'),
    'upstream_invalid',
    502,
  ],
  ['does not speak this', (_, res) => res.writeHead(405, { allow: 'GET' }).end(), 'upstream_invalid', 502],
  [
    'wants to be left alone',
    (_, res) => res.writeHead(429, { 'retry-after': '7' }).end(),
    'upstream_busy',
    503,
  ],
  [
    'has a gateway that is alone',
    (_, res) => res.writeHead(502).end('<h1>Bad Gateway</h1>'),
    'upstream_unreachable',
    502,
  ],
];

const BY_HAND: readonly (readonly [string, string, string])[] = [
  ['is no HTTP server', 'SSH-2.0-OpenSSH_9.6\r\n', 'upstream_reset'],
  ['sends nothing and closes', '', 'upstream_reset'],
  ['closes in the middle of its head', 'HTTP/1.1 200 OK\r\nContent-Ty', 'upstream_reset'],
  [
    'has a head without an end',
    `HTTP/1.1 200 OK\r\nX-Pad: ${'x'.repeat(100 * KB)}\r\n\r\n`,
    'upstream_reset',
  ],
  [
    'lies about its length',
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{}',
    'upstream_reset',
  ],
];

/** What the client reads of it, whether it came as a text or as an event. */
function said(text: string): {
  id?: unknown;
  error?: { code?: number; message?: string; data?: Record<string, unknown> };
} {
  const data = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .at(-1);
  return JSON.parse(data === undefined ? text : data.slice(6)) as ReturnType<typeof said>;
}

/** Who waits for the end of a time, and who has time. */
const where = (code: string): Harness => (code === 'upstream_timeout' ? hasty : harness);

async function healthyOneAnswers(bearer: Record<string, string>, at = harness): Promise<void> {
  const other = await at.rpc(toolCall('change'), { path: '/mcp/acme/c/healthy', headers: bearer });
  expect(other.json).toMatchObject({ id: 1, result: { content: [] } });
}

async function nothingStaysOpen(): Promise<void> {
  await expect.poll(() => open.size).toBe(0);
  await expect.poll(() => raw.open.size).toBe(0);
}

const CLIENTS = [
  ['a client of 2025 that reads events', () => ({ message: toolCall('change'), headers: {} })],
  ['a client of 2025 that reads a text', () => ({ message: toolCall('change'), headers: { accept: '*/*' } })],
  ['a client of 2026-07-28', () => modern('tools/call', { name: 'change', arguments: {} })],
] as const;

describe.each(CLIENTS)('%s', (_, ask) => {
  test.each(FAULTS)('is told what is wrong with a server that %s', async (_name, handler, code, status) => {
    const at = where(code);
    const { bearer } = at.caller();
    behave(handler, at);
    const { headers, message } = ask();
    const faulty = at.rpc(message, { path: '/mcp/acme/c/faulty', headers: { ...bearer, ...headers } });
    await healthyOneAnswers(bearer, at);
    const answer = await faulty;
    expect(answer.status).toBe(200);
    expect(said(answer.text)).toMatchObject({
      id: 1,
      error: { code: -32603, data: { code, status, request_id: answer.headers['x-request-id'] } },
    });
    expect(answer.text).not.toMatch(/evil|internal\b.*db-3|Welcome|Oops|127\.0\.0\.1/);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(answer.headers).not.toHaveProperty('location');
    await nothingStaysOpen();
  });

  test.each(BY_HAND)('is told what is wrong with a server that %s', async (_name, text, code) => {
    const { bearer } = harness.caller();
    raw.speak = (socket) => void socket.end(text);
    const { headers, message } = ask();
    const answer = await harness.rpc(message, {
      path: '/mcp/acme/c/raw',
      headers: { ...bearer, ...headers },
    });
    expect(said(answer.text)).toMatchObject({ id: 1, error: { code: -32603, data: { code, status: 502 } } });
    await healthyOneAnswers(bearer);
    await nothingStaysOpen();
  });

  test('is told that a server is down', async () => {
    const { bearer } = harness.caller();
    const { headers, message } = ask();
    const answer = await harness.rpc(message, {
      path: '/mcp/acme/c/down',
      headers: { ...bearer, ...headers },
    });
    expect(said(answer.text)).toMatchObject({
      id: 1,
      error: { data: { code: 'upstream_unreachable', status: 502 } },
    });
    await healthyOneAnswers(bearer);
    await nothingStaysOpen();
  });
});

describe('where nobody waits for a message', () => {
  const ASKED = [
    ['POST', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })],
    ['GET', undefined],
    ['DELETE', undefined],
  ] as const;
  const STATUS: readonly Fault[] = FAULTS.filter(([name]) =>
    /^(?:hangs before|closes before|sends an error page|wants|forbids|redirects)/.test(name),
  );

  test.each(
    ASKED.flatMap(([method, body]) => STATUS.map((fault) => [method, fault[0], body, fault] as const)),
  )(
    'a %s to a server that %s is answered in HTTP’s terms',
    async (method, _name, body, [, handler, code, status]) => {
      const at = where(code);
      const { bearer } = at.caller();
      behave(handler, at);
      const answer = await at.send(method, '/mcp/acme/c/faulty', {
        headers: { ...bearer, ...JSON_HEAD, accept: 'application/json, text/event-stream' },
        ...(body === undefined ? {} : { body }),
      });
      expect(answer).toMatchObject({
        status,
        json: { error: { code, request_id: answer.headers['x-request-id'] } },
      });
      expect(answer.headers).not.toHaveProperty('www-authenticate');
      await nothingStaysOpen();
    },
  );

  test('a stream that breaks off ends, and its place is free again', async () => {
    const { bearer } = harness.caller();
    behave((_, res) =>
      broken(res.writeHead(200, EVENTS), event({ jsonrpc: '2.0', method: 'notifications/message' })),
    );
    for (let times = 0; times < 3; times += 1) {
      const answer = await harness.send('GET', '/mcp/acme/c/faulty', {
        headers: { ...bearer, accept: 'text/event-stream' },
      });
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('notifications/message');
    }
    await nothingStaysOpen();
  });

  test('a stream passes over what is no message', async () => {
    const { bearer } = harness.caller();
    behave((_, res) =>
      res
        .writeHead(200, EVENTS)
        .end(event('hello') + event({ jsonrpc: '2.0', method: 'notifications/message' })),
    );
    const answer = await harness.send('GET', '/mcp/acme/c/faulty', {
      headers: { ...bearer, accept: 'text/event-stream' },
    });
    expect(answer.text).not.toContain('hello');
    expect(answer.text).toContain('notifications/message');
  });
});

describe('a server that starts again', () => {
  test('is sessionless to who had a session: the client hears 404 and begins another', async () => {
    const { bearer } = harness.caller();
    let sessions = new Set<string>(['first']);
    behave((req, res) => {
      const { id, method } = parsed(req);
      const session = req.headers['mcp-session-id'];
      if (method !== 'initialize' && !sessions.has(String(session)))
        return res.writeHead(404, JSON_HEAD).end(
          JSON.stringify({
            jsonrpc: '2.0',
            id: null,
            error: { code: -32001, message: 'Session not found' },
          }),
        );
      const [newest = ''] = sessions;
      return res.writeHead(200, { ...JSON_HEAD, 'mcp-session-id': newest }).end(JSON.stringify(result(id)));
    });
    const path = '/mcp/acme/c/faulty';
    const begin = async () =>
      String(
        (await harness.rpc(call('initialize', {}), { path, headers: bearer })).headers['mcp-session-id'],
      );
    const first = await begin();
    const ask = (session: string) =>
      harness.rpc(toolCall('look'), { path, headers: { ...bearer, 'mcp-session-id': session } });
    expect(await ask(first)).toMatchObject({ status: 200 });
    sessions = new Set(['second']);
    expect(await ask(first)).toMatchObject({
      status: 404,
      json: { error: { message: 'Session not found' } },
    });
    expect(await ask(await begin())).toMatchObject({ status: 200 });
  });

  test('leaves those who can ask for the rest of an answer to do so', async () => {
    const { bearer } = harness.caller();
    behave((_, res) => res.writeHead(200, EVENTS).end('id: 7\nretry: 10\ndata:\n\n'));
    const answer = await harness.rpc(toolCall('look'), { path: '/mcp/acme/c/faulty', headers: bearer });
    expect(answer.text).toBe('id: 7\nretry: 10\ndata:\n\n');
  });
});

describe('who reads no events hears of a server that sends them', () => {
  const path = '/mcp/acme/c/faulty';
  const ask = (message: unknown) =>
    harness.rpc(message, { path, headers: { ...harness.caller().bearer, accept: 'application/json' } });

  test('the answer to what was asked, whatever else the server answers', async () => {
    behave((_, res) =>
      res.writeHead(200, EVENTS).end([result(2), result('x'), result(1), result(1)].map(event).join('')),
    );
    expect((await ask(toolCall('look'))).json).toEqual(result(1));
    behave((_, res) =>
      res.writeHead(200, EVENTS).end([result(7), result(2), result(9), result(1)].map(event).join('')),
    );
    const both = [toolCall('look'), toolCall('look', undefined, 2)];
    expect((await ask(both)).json).toEqual([result(2), result(1)]);
  });

  test('no more than fits, however many events it comes in', async () => {
    const large = (id: number) => event({ ...padded((LIMITS.bytesMax * 2) / 3), id });
    behave((_, res) => res.writeHead(200, EVENTS).end(large(1) + large(2)));
    const answer = await ask([toolCall('look'), toolCall('look', undefined, 2)]);
    expect(answer.json).toMatchObject(
      [1, 2].map((id) => ({ id, error: { data: { code: 'upstream_too_large' } } })),
    );
    behave((_, res) => res.writeHead(200, EVENTS).end(large(7) + large(8) + large(9) + event(result(1))));
    expect((await ask(toolCall('look'))).json).toEqual(result(1));
  });
});

describe('the credential that the operator set', () => {
  afterEach(() => harness.upstream.received.splice(0));

  test.each([
    ['guarded', SECRET],
    ['numbered', '100000'],
  ])('is sent, and covered wherever the server repeats it: %s', async (slug, secret) => {
    const { bearer } = harness.caller();
    await publishServer(harness, {
      slug,
      url: `${harness.upstream.baseUrl}/${slug}`,
      tools: TOOLS,
    });
    const guarded = (await harness.store.connectors.listVisibleTo(harness.orgId('acme'))).find(
      (connector) => connector.slug === slug,
    );
    if (guarded === undefined) throw new Error('it was not published');
    await harness.vault.set({
      actor: { kind: 'system' },
      audience: guarded.baseUrl,
      connectorId: guarded.id,
      credential: { kind: 'bearer', token: secret },
      orgId: guarded.orgId,
    });
    const echo = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: secret }], structuredContent: { total: 1_000_000 } },
    });
    const asJson: UpstreamHandler = (_, res) => res.writeHead(200, JSON_HEAD).end(echo);
    const asEvents: UpstreamHandler = (_, res) => res.writeHead(200, EVENTS).end(event(echo));
    for (const [answer, accept] of [
      [asJson, 'application/json, text/event-stream'],
      [asEvents, 'application/json, text/event-stream'],
      [asJson, 'application/json'],
      [asEvents, 'application/json'],
    ] as const) {
      behave(answer);
      const headers = { ...bearer, accept };
      const shown = await harness.rpc(toolCall('look'), { path: `/mcp/acme/c/${slug}`, headers });
      expect(shown.text).not.toContain(secret);
      expect(shown.text).toContain(`"text":"${'*'.repeat(secret.length)}"`);
      expect(JSON.parse(/\{.*\}/.exec(shown.text)?.[0] ?? '')).toMatchObject({ id: 1 });
      expect(harness.upstream.received.at(-1)?.headers.authorization).toBe(`Bearer ${secret}`);
    }
  });
});

test('each call that was on record before it left has its outcome', async () => {
  const idsOf = async (phase: string) => {
    const rows = await Promise.all(
      [harness, hasty].map(({ orgId, store }) => store.audit.list(orgId('acme'), { limit: 5_000 })),
    );
    return rows
      .flat()
      .filter((row) => row.phase === phase)
      .map(({ requestId }) => requestId);
  };
  const intents = await idsOf('intent');
  expect(intents.length).toBeGreaterThan(CLIENTS.length * FAULTS.length);
  await expect.poll(async () => (await idsOf('outcome')).length).toBe(intents.length);
  expect(new Set(await idsOf('outcome'))).toEqual(new Set(intents));
});
