import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { command, OBEDIENT, program } from '../upstreams/support/programs.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';
import { startUpstream, type ReceivedRequest, type UpstreamHandler } from './support/upstream.ts';

// What goes wrong with a server that keeps a connection, and who hears what of it.
const KB = 1024;
const EVENTS = { 'content-type': 'text/event-stream' };
const SECRET = 'sk-of-the-server';
const TOOLS = [{ name: 'look' }, { name: 'change', reads: false }];
const HELLO = call(
  'initialize',
  { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  0,
);

let harness: Harness;
let sse: Awaited<ReturnType<typeof startUpstream>>;
/** What the server of HTTP+SSE has open. */
let open: Set<ServerResponse>;

beforeAll(async () => {
  open = new Set();
  sse = await startUpstream();
  harness = await startHarness({
    channelLimits: { stdio: { lineBytesMax: 256 * KB }, sse: { eventBytesMax: 256 * KB } },
    relay: { sessionLimits: { openMs: 4_000, idleMs: 4_000, keepAliveMs: 50 } },
  });
  await publishServer(harness, {
    slug: 'healthy',
    url: 'http://127.0.0.1/',
    upstream: TALKING,
    tools: TOOLS,
  });
  await publishServer(harness, {
    slug: 'sse',
    url: sse.baseUrl,
    upstream: { transport: 'sse', url: `${sse.baseUrl}/sse` },
    tools: TOOLS,
  });
});
afterAll(async () => {
  await harness.close();
  await sse.close();
});
beforeEach(() => open.clear());

/** Shakes hands, and does this when a tool is called. */
function atCall(lines: string) {
  return program(`
    hear(({ id, method, params }) => {
      if (method === 'initialize') say({ jsonrpc: '2.0', id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } });
      else if (method === 'tools/call') { ${lines} }
    });`);
}

const TALKING = atCall(`say({ jsonrpc: '2.0', id, result: { content: [] } });`);

async function begin(slug: string, bearer: Record<string, string>) {
  const headers = { ...bearer, accept: 'application/json' };
  const hello = await harness.rpc(HELLO, { path: `/mcp/acme/c/${slug}`, headers });
  const session = hello.headers['mcp-session-id'];
  const more = { ...headers, 'mcp-session-id': String(session), 'mcp-protocol-version': '2025-11-25' };
  return {
    hello,
    hasBegun: session !== undefined,
    call: (name: string) => harness.rpc(toolCall(name), { path: `/mcp/acme/c/${slug}`, headers: more }),
  };
}

/** What the client is told, at the handshake or at the call. */
async function faultAt(slug: string) {
  const { bearer, credential } = harness.caller();
  const session = await begin(slug, bearer);
  const answer = session.hasBegun ? await session.call('change') : session.hello;
  const later = await session.call('look');
  return { answer, bearer, credential, hasBegun: session.hasBegun, later };
}

async function expectFault(slug: string, { at, code, status }: { at: string; code: string; status: number }) {
  const { answer, bearer, hasBegun, later } = await faultAt(slug);
  expect([answer.status, hasBegun ? 'call' : 'handshake']).toEqual([200, at]);
  const { data, message } = answer.json.error;
  expect(answer.json).toMatchObject({ id: hasBegun ? 1 : 0, error: { code: -32603 } });
  expect(data).toMatchObject({ code, status, request_id: answer.headers['x-request-id'] });
  expect(message).toMatch(/^The .*\.$/);
  for (const inner of [SECRET, '/srv/', '127.0.0.1', 'evil.example', 'node:', process.execPath])
    expect(answer.text).not.toContain(inner);
  // The session is over: a client that reads this begins another.
  expect(later.status).toBe(404);
  // Nobody else notices.
  const other = await begin('healthy', bearer);
  expect((await other.call('change')).json).toMatchObject({ id: 1, result: { content: [] } });
  const written = await harness.auditOf('acme');
  expect(JSON.stringify(written)).not.toContain(SECRET);
  await expect.poll(() => open.size).toBe(0);
}

describe('a command that', () => {
  test.each<[string, ReturnType<typeof program>, string, string, number]>([
    ['does not exist', command('/srv/no-such-program'), 'handshake', 'upstream_unreachable', 502],
    [
      'ends at once',
      program(`console.error('${SECRET}'); process.exit(1);`),
      'handshake',
      'upstream_reset',
      502,
    ],
    ['does not shake hands', program('setInterval(() => {}, 1000);'), 'handshake', 'upstream_timeout', 504],
    [
      'greets in words',
      program(`console.log('Listening, ${SECRET}'); setInterval(() => {}, 1000);`),
      'handshake',
      'upstream_invalid',
      502,
    ],
    ['hangs at a call', atCall(''), 'call', 'upstream_timeout', 504],
    ['ends at a call', atCall('process.exit(1);'), 'call', 'upstream_reset', 502],
    ['is killed at a call', atCall(`process.kill(process.pid, 'SIGKILL');`), 'call', 'upstream_reset', 502],
    [
      'closes its output at a call',
      atCall(`require('node:fs').closeSync(1);`),
      'call',
      'upstream_reset',
      502,
    ],
    ['fails at a call and says so', atCall(`throw new Error('${SECRET}');`), 'call', 'upstream_reset', 502],
    ['prints at a call', atCall(`console.log('DEBUG ${SECRET}');`), 'call', 'upstream_invalid', 502],
    [
      'says half a message at a call',
      atCall(`process.stdout.write('{"jsonrpc":"2.0","id":1,"res\\n');`),
      'call',
      'upstream_invalid',
      502,
    ],
    [
      'says too much at a call',
      atCall(`process.stdout.write('{"a":"' + 'x'.repeat(${300 * KB}) + '"}\\n');`),
      'call',
      'upstream_too_large',
      502,
    ],
  ])(
    '%s is a fault in words to who called it, and nothing to anybody else',
    async (name, upstream, at, code, status) => {
      expect.hasAssertions();
      const slug = name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
      await publishServer(harness, { slug, url: 'http://127.0.0.1/', upstream, tools: TOOLS });
      await expectFault(slug, { at, code, status });
    },
  );

  test('has ended is started again, after a moment, and its client goes on in a new session', async () => {
    const { bearer } = harness.caller();
    await publishServer(harness, {
      slug: 'restarts',
      url: 'http://127.0.0.1/',
      upstream: atCall(
        `if (params.name === 'change') process.exit(1); say({ jsonrpc: '2.0', id, result: { content: [] } });`,
      ),
      tools: TOOLS,
    });
    const first = await begin('restarts', bearer);
    expect((await first.call('change')).json.error.data.code).toBe('upstream_reset');
    const { hasBegun, hello } = await begin('restarts', bearer);
    expect(hasBegun).toBe(false);
    expect(hello.json.error.data).toMatchObject({
      code: 'upstream_busy',
      status: 503,
      retry_after_seconds: 1,
    });
    expect(hello.headers['retry-after']).toBe('1');
    let again = await begin('restarts', bearer);
    await expect
      .poll(
        async () => {
          if (!again.hasBegun) again = await begin('restarts', bearer);
          return again.hasBegun;
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBe(true);
    expect((await again.call('look')).json).toMatchObject({ result: { content: [] } });
  });
});

describe('a server of HTTP+SSE that', () => {
  const parsed = ({ body }: ReceivedRequest) =>
    JSON.parse(body.toString()) as { id?: number; method: string };
  const event = (data: unknown, name = 'message') =>
    `event: ${name}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

  /** Opens, shakes hands, and does this with the stream and the post when a tool is called. */
  function behave(onCall: (stream: ServerResponse, post: ServerResponse) => void): UpstreamHandler {
    let stream: ServerResponse | undefined;
    return (req, res) => {
      open.add(res);
      res.on('close', () => open.delete(res));
      if (req.method === 'GET') {
        stream = res;
        return void res.writeHead(200, EVENTS).write(event('/v1/messages?sessionId=1', 'endpoint'));
      }
      const { id, method } = parsed(req);
      if (method === 'tools/call' && stream !== undefined) return onCall(stream, res);
      if (method === 'initialize')
        stream?.write(
          event({
            jsonrpc: '2.0',
            id,
            result: {
              protocolVersion: '2024-11-05',
              capabilities: {},
              serverInfo: { name: 's', version: '1' },
            },
          }),
        );
      return res.writeHead(202).end();
    };
  }
  const opening =
    (answer: (res: ServerResponse) => unknown): UpstreamHandler =>
    (_, res) => {
      open.add(res);
      res.on('close', () => open.delete(res));
      answer(res);
    };
  const accept = (post: ServerResponse) => post.writeHead(202).end('Accepted');

  test.each<[string, UpstreamHandler, string, string, number]>([
    ['hangs before it answers', opening(() => undefined), 'handshake', 'upstream_timeout', 504],
    [
      'does not say where to post',
      opening((res) => res.writeHead(200, EVENTS).write(': hi\n\n')),
      'handshake',
      'upstream_timeout',
      504,
    ],
    ['closes before it answers', opening((res) => res.destroy()), 'handshake', 'upstream_reset', 502],
    [
      'ends its stream at once',
      opening((res) => res.writeHead(200, EVENTS).end()),
      'handshake',
      'upstream_reset',
      502,
    ],
    [
      'wants a credential',
      opening((res) => res.writeHead(401, { 'www-authenticate': 'Bearer' }).end(SECRET)),
      'handshake',
      'upstream_unauthorized',
      502,
    ],
    ['forbids', opening((res) => res.writeHead(403).end(SECRET)), 'handshake', 'upstream_invalid', 502],
    [
      'redirects',
      opening((res) => res.writeHead(307, { location: 'https://evil.example/sse' }).end()),
      'handshake',
      'upstream_invalid',
      502,
    ],
    [
      'wants to be left alone',
      opening((res) => res.writeHead(429, { 'retry-after': '7' }).end()),
      'handshake',
      'upstream_busy',
      503,
    ],
    [
      'sends a page',
      opening((res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>')),
      'handshake',
      'upstream_invalid',
      502,
    ],
    [
      'names a place of another',
      opening((res) => res.writeHead(200, EVENTS).write(event('https://evil.example/messages', 'endpoint'))),
      'handshake',
      'upstream_invalid',
      502,
    ],
    ['hangs at a call', behave((_, post) => accept(post)), 'call', 'upstream_timeout', 504],
    ['does not even accept a call', behave(() => undefined), 'call', 'upstream_timeout', 504],
    [
      'refuses the credential at a call',
      behave((_, post) => post.writeHead(401).end(SECRET)),
      'call',
      'upstream_unauthorized',
      502,
    ],
    [
      'fails at a call',
      behave((_, post) => post.writeHead(500).end(`at /srv/app.js ${SECRET}`)),
      'call',
      'upstream_invalid',
      502,
    ],
    [
      'redirects a call',
      behave((_, post) => post.writeHead(308, { location: 'https://evil.example/' }).end()),
      'call',
      'upstream_invalid',
      502,
    ],
    [
      'closes its stream at a call',
      behave((stream, post) => (accept(post), stream.destroy())),
      'call',
      'upstream_reset',
      502,
    ],
    [
      'ends its stream at a call',
      behave((stream, post) => (accept(post), stream.end())),
      'call',
      'upstream_reset',
      502,
    ],
    [
      'says what is no message',
      behave((stream, post) => (accept(post), stream.write(event(`Traceback ${SECRET}`)))),
      'call',
      'upstream_invalid',
      502,
    ],
    [
      'says too much',
      behave((stream, post) => (accept(post), stream.write(event({ a: 'x'.repeat(300 * KB) })))),
      'call',
      'upstream_too_large',
      502,
    ],
    [
      'says something without an end',
      behave((stream, post) => (accept(post), stream.write(`data: ${'x'.repeat(300 * KB)}`))),
      'call',
      'upstream_too_large',
      502,
    ],
  ])('%s is a fault to its caller alone, and keeps nothing open', async (_, handler, at, code, status) => {
    expect.hasAssertions();
    sse.answer(handler);
    await expectFault('sse', { at, code, status });
  });

  test('is down, and is back later', async () => {
    const own = await startUpstream();
    await own.close();
    await publishServer(harness, {
      slug: 'down',
      url: own.baseUrl,
      upstream: { transport: 'sse', url: `${own.baseUrl}/sse` },
      tools: TOOLS,
    });
    await expectFault('down', { at: 'handshake', code: 'upstream_unreachable', status: 502 });
    sse.answer(
      behave(
        (stream, post) => (
          accept(post),
          stream.write(event({ jsonrpc: '2.0', id: 1, result: { content: [] } }))
        ),
      ),
    );
    const session = await begin('sse', harness.caller().bearer);
    expect((await session.call('change')).json).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [] } });
  });
});

describe('the gate stands before sessions too', () => {
  test('who may only read neither sees nor calls what may write; what is called is recorded', async () => {
    const listing = program(`
      hear(({ id, method, params }) => {
        if (method === 'initialize') say({ jsonrpc: '2.0', id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } });
        else if (method === 'tools/list') say({ jsonrpc: '2.0', id, result: { tools: [
          { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
          { name: 'change', inputSchema: { type: 'object' } },
          { name: 'new-and-unknown', inputSchema: { type: 'object' } }] } });
        else if (method === 'tools/call') say({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: params.name }] } });
      });`);
    await publishServer(harness, {
      slug: 'gated',
      url: 'http://127.0.0.1/',
      upstream: listing,
      tools: TOOLS,
    });
    const path = '/mcp/acme/c/gated';
    for (const [access, names] of [
      ['read', ['look']],
      ['full', ['look', 'change']],
    ] as const) {
      const { bearer, credential } = harness.caller({ access });
      const session = await begin('gated', bearer);
      const headers = {
        ...bearer,
        accept: 'application/json',
        'mcp-session-id': String(session.hello.headers['mcp-session-id']),
      };
      const { json } = await harness.rpc(call('tools/list'), { path, headers });
      expect(json.result.tools.map(({ name }: { name: string }) => name)).toEqual(names);
      expect((await session.call('look')).json.result.content).toEqual([{ type: 'text', text: 'look' }]);
      const changed = await session.call('change');
      expect(changed.text.includes('"text":"change"')).toBe(access === 'full');
      const unknown = await session.call('new-and-unknown');
      expect(unknown.text).not.toContain('"text":"new-and-unknown"');
      const mine = async () =>
        (await harness.auditOf('acme')).filter(({ keyId }) => keyId === credential.keyId);
      await expect.poll(async () => (await mine()).map(({ target }) => target)).toContain('look');
    }
  });

  test('a session at another organisation’s connector does not begin', async () => {
    const { bearer } = harness.caller({ org: 'globex' });
    const answer = await harness.rpc(HELLO, { path: '/mcp/globex/c/healthy', headers: bearer });
    expect(answer.status).toBe(404);
  });

  test('a revoked key loses its session at once', async () => {
    await publishServer(harness, {
      slug: 'obedient',
      url: 'http://127.0.0.1/',
      upstream: OBEDIENT,
      tools: TOOLS,
    });
    const caller = harness.caller();
    const session = await begin('obedient', caller.bearer);
    expect(session.hasBegun).toBe(true);
    const headers = {
      ...caller.bearer,
      accept: 'application/json',
      'mcp-session-id': String(session.hello.headers['mcp-session-id']),
    };
    const hanging = harness.rpc(call('test/hang'), { path: '/mcp/acme/c/obedient', headers });
    await harness.rpc(call('test/pid', {}, 2), { path: '/mcp/acme/c/obedient', headers });
    caller.revoke();
    harness.gateway.changed(caller.credential.keyId);
    expect((await hanging).status).toBe(401);
    expect((await session.call('look')).status).toBe(401);
  });
});
