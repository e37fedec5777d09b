import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openEvents, type Events } from './support/events.ts';
import { startHarness, type CallerOptions, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';
import { expectValid, unknownFields } from './support/schema.ts';

// HTTP+SSE of 2024-11-05, at the URL that ends in /sse.
let harness: Harness;
const open: Events[] = [];
beforeAll(async () => {
  harness = await startHarness({ streamLimits: { perKey: 3 } });
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"balance":250}');
  });
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

type Caller = ReturnType<Harness['caller']>;

async function listenAs(caller: Caller, path = '/mcp/acme/sse', more: Record<string, string> = {}) {
  const stream = await openEvents(harness.url + path, { headers: { ...caller.bearer, ...more } });
  open.push(stream);
  return stream;
}

async function openSession(options: CallerOptions = {}) {
  const caller = harness.caller(options);
  const stream = await listenAs(caller);
  const endpoint = (await stream.next())?.data ?? '';
  const post = (message: unknown, headers: Record<string, string> = caller.bearer, path = endpoint) =>
    harness.send('POST', path, {
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof message === 'string' ? message : JSON.stringify(message),
    });
  const said = async () => JSON.parse((await stream.next())?.data ?? 'null');
  return { caller, stream, endpoint, post, said };
}

const hello = (protocolVersion: string) =>
  call('initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'old', version: '1' } }, 0);

describe('a client of 2024-11-05', () => {
  const REVISION = '2024-11-05';

  test('is told where to post, shakes hands, lists and calls on the stream, in the words of its revision', async () => {
    const { endpoint, post, said, stream } = await openSession();
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': 'no-cache, no-transform',
    });
    expect(endpoint).toMatch(/^\/mcp\/acme\/messages\?sessionId=[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{44}$/);

    const posted = await post(hello(REVISION));
    expect([posted.status, posted.text]).toEqual([202, 'Accepted']);
    const { id, result } = await said();
    expect(id).toBe(0);
    expectValid(REVISION, 'InitializeResult', result);
    expect(result.protocolVersion).toBe(REVISION);
    expect(Object.keys(result.capabilities).sort()).toEqual(['logging', 'prompts', 'resources', 'tools']);
    expect(unknownFields(REVISION, 'Implementation', result.serverInfo)).toEqual([]);
    expect((await post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);

    await post(call('tools/list', {}, 'list'));
    const list = await said();
    expectValid(REVISION, 'ListToolsResult', list.result);
    expect(list.result.tools).not.toHaveLength(0);
    for (const tool of list.result.tools) expect(unknownFields(REVISION, 'Tool', tool)).toEqual([]);

    await post(toolCall('get_credits', {}, 7));
    const called = await said();
    expect(called).toMatchObject({ id: 7, result: { content: [{ type: 'text', text: '{"balance":250}' }] } });
    expectValid(REVISION, 'CallToolResult', called.result);
    await post(call('nothing/of/the/kind', {}, 8));
    expect(await said()).toMatchObject({ id: 8, error: { code: -32601 } });
  });

  test('is told of sound in a text, which its revision has no block for', async () => {
    const { post, said } = await openSession();
    harness.upstream.answer((_, res) => void res.writeHead(200, { 'content-type': 'audio/mpeg' }).end('ID3'));
    await post(hello(REVISION));
    await said();
    await post(toolCall('get_credits', {}, 1));
    const { result } = await said();
    expectValid(REVISION, 'CallToolResult', result);
    expect(result.content[0].text).toContain('audio/mpeg');
  });

  test.each(['text/event-stream', '*/*', 'application/json', ''])(
    'gets its stream and its answers whatever it says it accepts: %j',
    async (accept) => {
      const caller = harness.caller();
      const stream = await listenAs(caller, '/mcp/acme/sse', { accept });
      const { data = '', event } = (await stream.next()) ?? {};
      expect(event).toBe('endpoint');
      const headers = { 'content-type': 'application/json', accept, ...caller.bearer };
      const posted = await harness.send('POST', data, { headers, body: JSON.stringify(call('ping')) });
      expect(posted.status).toBe(202);
      expect(JSON.parse((await stream.next())?.data ?? '')).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    },
  );

  test('that names a revision of 2025 in a header before its handshake is served as well', async () => {
    const stream = await listenAs(harness.caller(), '/mcp/acme/sse', {
      'mcp-protocol-version': '2025-11-25',
    });
    expect(await stream.next()).toMatchObject({ event: 'endpoint' });
  });
});

test.each([{ 'mcp-session-id': 'x' }, { 'last-event-id': '1' }])(
  'who asks for the stream of a session of 2025 is told that there is none: %j',
  async (headers) => {
    const { caller } = await openSession();
    const answer = await harness.send('GET', '/mcp/acme/sse', { headers: { ...caller.bearer, ...headers } });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
  },
);

test.each(['/mcp', '/mcp/acme', '/mcp/acme/c/items'])('there is no such stream at %s', async (path) => {
  const answer = await harness.send('GET', path, { headers: harness.caller().bearer });
  expect(answer.status).toBe(405);
});

describe('a session is its opener’s alone', () => {
  test.each<[string, CallerOptions]>([
    ['another key of the organisation', {}],
    ['a token of the organisation', { kind: 'token', resource: '/mcp/acme/sse' }],
    ['a key of another organisation', { org: 'globex' }],
  ])('%s is refused, and nothing is called or said on the stream', async (_, options) => {
    const { endpoint, post, said } = await openSession();
    const thief = harness.caller(options);
    const before = harness.upstream.received.length;
    const place = options.org === undefined ? endpoint : endpoint.replace('acme', options.org);
    const stolen = await post(toolCall('get_credits', {}, 'stolen'), thief.bearer, place);
    const guessed = await post(
      toolCall('get_credits', {}, 'stolen'),
      thief.bearer,
      `/mcp/${options.org ?? 'acme'}/messages?sessionId=${randomBytes(32).toString('base64url')}`,
    );
    expect([stolen.status, stolen.json.error.code]).toEqual([404, 'not_found']);
    // Nobody learns that it exists.
    expect(stolen.json.error.message).toBe(guessed.json.error.message);
    expect(harness.upstream.received).toHaveLength(before);
    await post(call('ping', undefined, 'mine'));
    expect(await said()).toMatchObject({ id: 'mine' });
  });

  test('nobody without a credential posts to it: 401 with the way to sign in, whether or not it exists', async () => {
    const { post } = await openSession();
    for (const place of [undefined, '/mcp/acme/messages?sessionId=x', '/mcp/acme/messages'] as const) {
      const { headers, status } = await post(call('ping'), {}, ...(place === undefined ? [] : [place]));
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toContain(
        `resource_metadata="${harness.url}/.well-known/oauth-protected-resource/mcp/acme/sse"`,
      );
    }
  });

  test('two sessions of one key never hear each other’s answers', async () => {
    const { caller, post, said, stream } = await openSession();
    const other = await listenAs(caller);
    const there = (await other.next())?.data ?? '';
    expect(there).not.toBe('');
    await post(call('ping', undefined, 'first'));
    await post(call('ping', undefined, 'second'), caller.bearer, there);
    expect(await said()).toMatchObject({ id: 'first' });
    expect(JSON.parse((await other.next())?.data ?? '')).toMatchObject({ id: 'second' });
    expect([...stream.rest(), ...other.rest()]).toEqual([]);
  });

  test('it is no more once its stream is closed', async () => {
    const { post, stream } = await openSession();
    stream.close();
    await expect.poll(async () => (await post(call('ping'))).status).toBe(404);
  });

  test('a page of another site reaches neither the stream nor the messages', async () => {
    const { caller, endpoint } = await openSession();
    const headers = { ...caller.bearer, origin: 'https://evil.test' };
    expect((await harness.send('GET', '/mcp/acme/sse', { headers })).status).toBe(403);
    expect((await harness.send('POST', endpoint, { headers, body: '{}' })).status).toBe(403);
  });
});

describe('what is posted', () => {
  test.each([
    ['half a message', '{"jsonrpc":"2.0"', 400],
    ['a batch', [call('ping')], 400],
    ['no message', { id: 1 }, 400],
  ])('(%s) is refused at once, and the session lives', async (_, body, status) => {
    const { post, said } = await openSession();
    expect((await post(body)).status).toBe(status);
    await post(call('ping', undefined, 'after'));
    expect(await said()).toMatchObject({ id: 'after' });
  });

  test('a read-only caller is offered no write and can make none', async () => {
    const { post, said } = await openSession({ access: 'read' });
    const before = harness.upstream.received.length;
    await post(toolCall('delete_item', { id: '1' }, 1));
    expect((await said()).result.isError).toBe(true);
    expect(harness.upstream.received).toHaveLength(before);
  });

  test('a call that is cancelled is cut at the upstream, and not answered', async () => {
    const { post, said, stream } = await openSession();
    const gone = new Promise<void>((resolve) => {
      harness.upstream.answer((_, res) => void res.on('close', () => resolve()));
    });
    const before = harness.upstream.received.length;
    await post(toolCall('get_credits', {}, 'slow'));
    await expect.poll(() => harness.upstream.received.length).toBe(before + 1);
    expect((await post(toolCall('get_credits', {}, 'slow'))).status).toBe(400);
    await post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'slow' } });
    await gone;
    await post(call('ping', undefined, 'next'));
    expect(await said()).toMatchObject({ id: 'next' });
    expect(stream.rest()).toEqual([]);
  });
});

describe('the end of a right', () => {
  test.each(['key', 'token'] as const)('of a %s breaks the stream off and cuts its calls', async (kind) => {
    const { caller, post, stream } = await openSession({ kind, resource: '/mcp/acme/sse' });
    const gone = new Promise<void>((resolve) => {
      harness.upstream.answer((_, res) => void res.on('close', () => resolve()));
    });
    const before = harness.upstream.received.length;
    await post(toolCall('get_credits', {}, 'slow'));
    // What has not left yet would never arrive.
    await expect.poll(() => harness.upstream.received.length).toBe(before + 1);
    caller.revoke();
    harness.gateway.changed(caller.credential.keyId);
    expect(await stream.over()).toBe(false);
    await gone;
    expect((await post(call('ping'))).status).toBe(401);
  });

  test('of another leaves it alone, and more access is said', async () => {
    const { caller, post, said, stream } = await openSession({ role: 'viewer' });
    const other = harness.caller();
    other.revoke();
    harness.gateway.changed(other.credential.keyId);
    await post(hello('2025-06-18'));
    expect((await said()).result.capabilities.tools).toEqual({ listChanged: true });
    caller.setRole('member');
    harness.gateway.changed(`${caller.credential.orgId}:${caller.credential.actor.id}`);
    expect(await said()).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    expect(stream.isOver).toBe(false);
  });
});

test('what cannot be looked up in time is told as that, with when to try again, and is no fault of ours', async () => {
  const { post, said } = await openSession();
  const lock = await harness.store.pool.connect();
  try {
    await lock.query('begin; lock table connectors');
    harness.catalogues.invalidate(harness.orgId('acme'));
    expect((await post(call('tools/list', {}, 'list'))).status).toBe(202);
    expect(await said()).toMatchObject({
      id: 'list',
      error: {
        message: expect.stringContaining('Try again'),
        data: { code: 'unavailable', retry_after_seconds: 1, request_id: expect.any(String) },
      },
    });
  } finally {
    lock.release(true);
  }
  expect(harness.logged).toEqual([]);
});

test('a fourth stream of one key is refused until one of them closes; other keys are not concerned', async () => {
  const caller = harness.caller();
  const streams = [await listenAs(caller), await listenAs(caller), await listenAs(caller)];
  const refused = await harness.send('GET', '/mcp/acme/sse', { headers: caller.bearer });
  expect([refused.status, refused.json.error.code]).toEqual([429, 'rate_limited']);
  expect(refused.headers['retry-after']).toBe('30');
  expect((await listenAs(harness.caller())).status).toBe(200);
  streams[0]?.close();
  await expect.poll(async () => (await listenAs(caller)).status).toBe(200);
});
