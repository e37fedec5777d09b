import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openEvents } from './support/events.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, modern, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';
import type { ReceivedRequest } from './support/upstream.ts';

const PATH = '/mcp/acme/c/things';
const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_HEAD = { 'content-type': 'application/json' };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ streamLimits: { perKey: 2 } });
  await publishServer(harness, {
    url: `${harness.upstream.baseUrl}/mcp?tenant=7`,
    tools: [{ name: 'look' }, { name: 'change', reads: false }, { name: 'search', inputSchema: PARAMETER }],
  });
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
  harness.upstream.aborted.length = 0;
});

const PARAMETER = { properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } };

/** Answers each request with what `results` says of its method. */
function speak(results: Record<string, unknown>, headers: Record<string, string> = {}): void {
  harness.upstream.answer((req, res) => {
    const { id, method } = parsed(req);
    if (id === undefined) return res.writeHead(202).end();
    const result = results[method] ?? {};
    return res
      .writeHead(200, { ...JSON_HEAD, ...headers })
      .end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
}

const parsed = (req: ReceivedRequest) =>
  JSON.parse(req.body.toString()) as { id?: number; method: string; params: Record<string, unknown> };
const event = (data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

describe('what a client and a server say passes as it is', () => {
  test('to the address that the operator declared, with what the client says of MCP and nothing else of it', async () => {
    const { bearer, secret } = harness.caller();
    speak({ ping: {} });
    const body = '{ "jsonrpc":"2.0", "id" : 7, "method":"ping", "params":{"x":1.0} }';
    const answer = await harness.rpc(body, {
      path: PATH,
      headers: {
        ...bearer,
        'mcp-protocol-version': '2025-06-18',
        'content-type': 'application/json; charset=utf-7',
        cookie: 'session=1',
        origin: 'http://localhost:3000',
        'x-forwarded-for': '10.0.0.1',
        'mcp-name': 'change',
        forwarded: 'for=1',
      },
    });
    expect(answer.json).toEqual({ jsonrpc: '2.0', id: 7, result: {} });
    const [received] = harness.upstream.received;
    expect(received?.url).toBe('/v1/mcp?tenant=7');
    expect(received?.body.toString()).toBe(body);
    expect(Object.keys(received?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'mcp-protocol-version',
      'user-agent',
      'x-request-id',
    ]);
    expect(received?.headers).toMatchObject({
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-06-18',
    });
    expect(JSON.stringify(received?.headers)).not.toContain(secret);
  });

  test('and back, octet for octet, whether it is one text or events', async () => {
    const { bearer } = harness.caller();
    const text = '{ "jsonrpc" : "2.0","id":1,"result":{"content":[], "big": 12345678901234567890, "a":1.0}}';
    harness.upstream.answer((_, res) => res.writeHead(200, JSON_HEAD).end(text));
    expect((await harness.rpc(toolCall('look'), { path: PATH, headers: bearer })).text).toBe(text);
    const events = `: hi\r\n\r\nid: 1\r\ndata:\r\n\r\n${event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } })}event:message\ndata:${text}\n\n`;
    harness.upstream.answer((_, res) => res.writeHead(200, EVENTS).end(events));
    const answer = await harness.rpc(toolCall('look'), { path: PATH, headers: bearer });
    expect(answer.headers['content-type']).toBe('text/event-stream');
    expect(answer.text).toBe(events);
  });

  test('each event at once', async () => {
    const { bearer } = harness.caller();
    let answering: ServerResponse | undefined;
    harness.upstream.answer((_, res) => {
      answering = res.writeHead(200, EVENTS);
      res.write(event({ jsonrpc: '2.0', id: 9, method: 'elicitation/create', params: {} }));
    });
    const events = await openEvents(`${harness.url}${PATH}`, {
      method: 'POST',
      headers: { ...bearer, ...JSON_HEAD, accept: 'application/json, text/event-stream' },
      body: toolCall('look'),
    });
    expect(JSON.parse((await events.next())?.data ?? '')).toMatchObject({ method: 'elicitation/create' });
    answering?.end(event({ jsonrpc: '2.0', id: 1, result: { content: [] } }));
    expect(JSON.parse((await events.next())?.data ?? '')).toMatchObject({ id: 1 });
    expect(await events.over()).toBe(true);
  });

  test('a request in the terms of 2026-07-28 takes its headers along, and no session', async () => {
    const { bearer } = harness.caller();
    speak({ 'tools/call': { resultType: 'complete', content: [] } });
    const { headers, message } = modern('tools/call', { name: 'search', arguments: { region: 'eu' } });
    const sent = {
      ...bearer,
      ...headers,
      'mcp-param-region': 'eu',
      'mcp-session-id': 'abc',
      'last-event-id': '1',
    };
    expect(await harness.rpc(message, { path: PATH, headers: sent })).toMatchObject({ status: 200 });
    const [received] = harness.upstream.received;
    expect(received?.headers).toMatchObject({ ...headers, 'mcp-param-region': 'eu' });
    expect(received?.headers).not.toHaveProperty('mcp-session-id');
    expect(received?.headers).not.toHaveProperty('last-event-id');
    const wrong = await harness.rpc(message, { path: PATH, headers: { ...sent, 'mcp-name': 'look' } });
    expect(wrong).toMatchObject({ status: 400, json: { error: { code: -32020 } } });
    expect(harness.upstream.received).toHaveLength(1);
  });

  test.each([400, 404, 422, 500])('a refusal in the protocol’s own words, with status %i', async (status) => {
    const { bearer } = harness.caller();
    const text = '{"jsonrpc":"2.0", "id":1,"error":{"code":-32601,"message":"No."}}';
    harness.upstream.answer((_, res) => res.writeHead(status, JSON_HEAD).end(text));
    const answer = await harness.rpc(call('example/do'), { path: PATH, headers: bearer });
    expect(answer).toMatchObject({ status, text });
  });

  test('a notification and an answer are taken, and nothing is said to them', async () => {
    const { bearer } = harness.caller();
    speak({});
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 3, result: { action: 'accept', content: {} } },
    ]) {
      harness.upstream.answer((_, res) => res.writeHead(202).end());
      expect(await harness.rpc(message, { path: PATH, headers: bearer })).toMatchObject({
        status: 202,
        text: '',
      });
    }
    expect(harness.upstream.received.map(({ body }) => JSON.parse(body.toString()))).toMatchObject([
      { method: 'notifications/initialized' },
      { id: 3 },
    ]);
  });

  test('a batch of 2025-03-26, in both directions', async () => {
    const { bearer } = harness.caller();
    const answers =
      '[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"change"},{"name":"look","annotations":{"readOnlyHint":true}}]}}]';
    harness.upstream.answer((_, res) => res.writeHead(200, JSON_HEAD).end(answers));
    const batch = [call('ping', undefined, 1), call('tools/list', undefined, 2)];
    const full = await harness.rpc(batch, { path: PATH, headers: bearer });
    expect(full.text).toBe(answers);
    const reader = harness.caller({ access: 'read' });
    const read = await harness.rpc(batch, { path: PATH, headers: reader.bearer });
    expect(read.json).toMatchObject([{ id: 1 }, { id: 2, result: { tools: [{ name: 'look' }] } }]);
    expect(read.json[1].result.tools).toHaveLength(1);
  });
});

describe('clients that ask for other things are served', () => {
  test.each([undefined, '*/*', 'application/json', 'application/*', 'text/html'])(
    'with Accept: %s one text, of a server that answers with events',
    async (accept) => {
      const { bearer } = harness.caller();
      harness.upstream.answer((_, res) => {
        res.writeHead(200, EVENTS);
        res.write(event({ jsonrpc: '2.0', method: 'notifications/progress', params: {} }));
        // And it does not end.
        res.write(event({ jsonrpc: '2.0', id: 1, result: { content: [], n: 1 } }));
      });
      const answer = await harness.send('POST', PATH, {
        headers: { ...bearer, ...JSON_HEAD, ...(accept === undefined ? {} : { accept }) },
        body: JSON.stringify(toolCall('look')),
      });
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.json).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [], n: 1 } });
      expect(harness.upstream.received.at(-1)?.headers.accept).toBe('application/json, text/event-stream');
      await expect.poll(() => harness.upstream.aborted).toHaveLength(1);
    },
  );

  test('with events alone an event, of a server that answers with one text', async () => {
    const { bearer } = harness.caller();
    speak({ ping: { a: 1 } });
    const answer = await harness.rpc(call('ping'), {
      path: PATH,
      headers: { ...bearer, accept: 'text/event-stream' },
    });
    expect(answer.text).toBe('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"a":1}}\n\n');
  });

  test('a question of the server’s that it would not hear is a diagnostic', async () => {
    const { bearer } = harness.caller();
    harness.upstream.answer((_, res) => {
      res
        .writeHead(200, EVENTS)
        .write(event({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: {} }));
    });
    const answer = await harness.rpc(toolCall('look'), { path: PATH, headers: { ...bearer, accept: '*/*' } });
    expect(answer.json).toMatchObject({
      id: 1,
      error: { data: { hint: expect.stringContaining('text/event-stream') } },
    });
  });
});

describe('tools are what the gate decides', () => {
  const TOOLS = [
    { name: 'look', annotations: { readOnlyHint: true }, inputSchema: { type: 'object' }, odd: 'kept' },
    { name: 'change', inputSchema: { type: 'object' } },
  ];

  test.each(['read', 'full'] as const)('with %s access, as one text and as an event', async (access) => {
    const { bearer } = harness.caller({ access });
    const expected = access === 'full' ? TOOLS : TOOLS.slice(0, 1);
    speak({ 'tools/list': { tools: TOOLS } });
    const answer = await harness.rpc(call('tools/list'), { path: PATH, headers: bearer });
    expect(answer.json.result.tools).toEqual(expected);
    harness.upstream.answer((_, res) =>
      res.writeHead(200, EVENTS).end(event({ jsonrpc: '2.0', id: 1, result: { tools: TOOLS } }, 'e1')),
    );
    const events = await harness.rpc(call('tools/list'), { path: PATH, headers: bearer });
    const [id, data] = events.text.split('\n').filter((line) => /^(?:id|data): /.test(line));
    expect(id).toBe('id: e1');
    expect(JSON.parse(data?.slice(6) ?? '')).toMatchObject({ result: { tools: expected } });
    expect(JSON.parse(data?.slice(6) ?? '').result.tools).toHaveLength(expected.length);
  });

  test('what it leaves of a list is as the server wrote it', async () => {
    const { bearer } = harness.caller({ access: 'read' });
    const kept =
      '{ "name":"look", "annotations":{"readOnlyHint":true},\n "inputSchema":{"type":"object","maximum":18446744073709551615} }';
    const text = `{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"change"},${kept}]}}`;
    harness.upstream.answer((_, res) => res.writeHead(200, JSON_HEAD).end(text));
    const answer = await harness.rpc(call('tools/list'), { path: PATH, headers: bearer });
    expect(answer.text).toBe(`{"jsonrpc":"2.0","id":1,"result":{"tools":[${kept}]}}`);
    const lines = text.split('\n').join('\ndata: ');
    harness.upstream.answer((_, res) => res.writeHead(200, EVENTS).end(`data: ${lines}\n\n`));
    const events = await harness.rpc(call('tools/list'), { path: PATH, headers: bearer });
    const data = events.text
      .split('\n')
      .flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
    expect(data.join('\n')).toBe(answer.text);
  });

  test('a call that it refuses never leaves', async () => {
    const reader = harness.caller({ access: 'read' });
    const refused = await harness.rpc(toolCall('change'), { path: PATH, headers: reader.bearer });
    expect(refused.json.result).toMatchObject({ isError: true });
    expect(refused.text).toContain('There is no tool');
    const person = harness.caller({ kind: 'token', access: 'read' });
    const challenged = await harness.rpc(toolCall('change'), { path: PATH, headers: person.bearer });
    expect(challenged.status).toBe(403);
    expect(challenged.headers['www-authenticate']).toContain('error="insufficient_scope"');
    expect(challenged.headers['www-authenticate']).toContain(`/.well-known/oauth-protected-resource${PATH}"`);
    expect(harness.upstream.received).toEqual([]);
  });

  test('a call is on record before it leaves, and what came of it after', async () => {
    const { bearer, credential } = harness.caller();
    const mine = async () =>
      (await harness.auditOf('acme')).filter(({ keyId }) => keyId === credential.keyId);
    const before: string[] = [];
    harness.upstream.answer(async (req, res) => {
      before.push(...(await mine()).map(({ phase }) => phase));
      const { id } = parsed(req);
      const result = { content: [], isError: id === 2 };
      res.writeHead(200, EVENTS).end(event({ jsonrpc: '2.0', id, result }));
    });
    await harness.rpc(toolCall('change', {}, 1), { path: PATH, headers: bearer });
    expect(before).toEqual(['intent']);
    await harness.rpc(toolCall('change', {}, 2), { path: PATH, headers: bearer });
    await harness.rpc(call('prompts/get', { name: 'greet' }, 3), { path: PATH, headers: bearer });
    await harness.rpc(call('resources/read', { uri: 'a://b' }, 4), { path: PATH, headers: bearer });
    await expect.poll(mine).toHaveLength(6);
    const rows = (await mine()).map(({ action, outcome, phase, target }) =>
      [phase, action, target, outcome].join(' '),
    );
    expect(rows.sort()).toEqual([
      'event prompt.get greet ok',
      'event resource.read a://b ok',
      'intent tool.call change ',
      'intent tool.call change ',
      'outcome tool.call change failed',
      'outcome tool.call change ok',
    ]);
  });
});

describe('a session is the server’s, and the caller’s alone', () => {
  const INITIALIZE = call('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} });

  async function begin(bearer: Record<string, string>): Promise<string> {
    speak({ initialize: { protocolVersion: '2025-11-25' } }, { 'mcp-session-id': 'their-session' });
    const answer = await harness.rpc(INITIALIZE, { path: PATH, headers: bearer });
    return String(answer.headers['mcp-session-id']);
  }

  test('its id is the server’s, sealed: the server gets its own, and the client keeps what it has', async () => {
    const { bearer } = harness.caller();
    const id = await begin(bearer);
    expect(id).toMatch(/^[\w-]{40,}$/);
    expect(Buffer.from(id, 'base64url').toString('latin1')).not.toContain('their-session');
    const headers = { ...bearer, 'mcp-session-id': id };
    const answer = await harness.rpc(call('ping'), { path: PATH, headers });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
    expect(harness.upstream.received.at(-1)?.headers['mcp-session-id']).toBe('their-session');
    harness.upstream.answer((_, res) => res.writeHead(204).end());
    expect(await harness.send('DELETE', PATH, { headers })).toMatchObject({ status: 204 });
    expect(harness.upstream.received.at(-1)).toMatchObject({
      method: 'DELETE',
      headers: { 'mcp-session-id': 'their-session' },
    });
  });

  test.each(['POST', 'GET', 'DELETE'])(
    'another caller’s is none, and neither is one that was never issued: %s',
    async (method) => {
      const [mine, other] = [harness.caller(), harness.caller()];
      const id = await begin(mine.bearer);
      harness.upstream.received.length = 0;
      for (const [bearer, session] of [
        [other.bearer, id],
        [mine.bearer, 'their-session'],
        [mine.bearer, `${id.slice(0, -2)}${id.endsWith('AA') ? 'BB' : 'AA'}`],
        [mine.bearer, `${id}, ${id}`],
        [mine.bearer, ''],
      ] as const) {
        const answer = await harness.send(method, PATH, {
          headers: { ...bearer, ...JSON_HEAD, 'mcp-session-id': session },
          ...(method === 'POST' ? { body: JSON.stringify(call('ping')) } : {}),
        });
        expect(answer).toMatchObject({ status: 404, json: { error: { message: 'Session not found' } } });
      }
      expect(harness.upstream.received).toEqual([]);
    },
  );

  test('one that the server has forgotten is none, whatever the server says of it', async () => {
    const { bearer } = harness.caller();
    const headers = { ...bearer, 'mcp-session-id': await begin(bearer) };
    harness.upstream.answer((_, res) =>
      res.writeHead(404, { 'content-type': 'text/html' }).end('<h1>gone</h1>'),
    );
    const answer = await harness.rpc(call('ping'), { path: PATH, headers });
    expect(answer).toMatchObject({ status: 404, json: { id: 1, error: { message: 'Session not found' } } });
  });
});

describe('a stream that stays open', () => {
  function listen(): { say(text: string): void; end(): void } {
    let answering: ServerResponse | undefined;
    harness.upstream.answer((_, res) => {
      answering = res.writeHead(200, EVENTS);
      res.flushHeaders();
    });
    return { say: (text) => void answering?.write(text), end: () => void answering?.end() };
  }
  const open = (bearer: Record<string, string>, more: Record<string, string> = {}) =>
    openEvents(`${harness.url}${PATH}`, { headers: { ...bearer, accept: 'text/event-stream', ...more } });

  test('passes what the server says, from where the client left off', async () => {
    const { bearer } = harness.caller({ access: 'read' });
    const server = listen();
    const events = await open(bearer, { 'last-event-id': 'e7', 'mcp-protocol-version': '2025-11-25' });
    expect(harness.upstream.received.at(-1)).toMatchObject({
      method: 'GET',
      headers: { 'last-event-id': 'e7', accept: 'text/event-stream', 'mcp-protocol-version': '2025-11-25' },
    });
    server.say(event({ jsonrpc: '2.0', method: 'notifications/message', params: {} }));
    expect(JSON.parse((await events.next())?.data ?? '')).toMatchObject({ method: 'notifications/message' });
    // A list that is said again is no way around the gate.
    server.say(event({ jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'change' }] } }));
    expect(JSON.parse((await events.next())?.data ?? '')).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { tools: [] },
    });
    server.end();
    expect(await events.over()).toBe(true);
  });

  test('is ended at the server when its client goes', async () => {
    const { bearer } = harness.caller();
    listen();
    const events = await open(bearer);
    events.close();
    await expect.poll(() => harness.upstream.aborted).toHaveLength(1);
  });

  test('breaks off when the caller’s right ends, and nothing stays open behind it', async () => {
    const caller = harness.caller();
    listen();
    const events = await open(caller.bearer);
    caller.revoke();
    harness.gateway.changed(caller.credential.keyId);
    expect(await events.over()).toBe(false);
    await expect.poll(() => harness.upstream.aborted).toHaveLength(1);
  });

  test('is one of so many that a key may have, of which a call takes none', async () => {
    const { bearer } = harness.caller();
    listen();
    const opened = [await open(bearer), await open(bearer)];
    const third = await open(bearer);
    expect(third.status).toBe(429);
    harness.upstream.answer((_, res) =>
      res.writeHead(200, EVENTS).end(event({ jsonrpc: '2.0', id: 1, result: { content: [] } })),
    );
    expect(await harness.rpc(toolCall('look'), { path: PATH, headers: bearer })).toMatchObject({
      status: 200,
    });
    for (const events of opened) events.close();
    await expect.poll(() => harness.upstream.aborted).toHaveLength(3);
  });

  test('tells that other tools are offered by now', async () => {
    const { bearer } = harness.caller();
    const server = listen();
    const events = await open(bearer);
    server.say(': here\n\n');
    harness.gateway.toolsChanged(harness.orgId('acme'));
    expect(JSON.parse((await events.next())?.data ?? '')).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tools/list_changed',
    });
    events.close();
  });

  test('is none where the server has none', async () => {
    const { bearer } = harness.caller();
    harness.upstream.answer((_, res) => res.writeHead(405, { allow: 'POST' }).end());
    const answer = await harness.send('GET', PATH, { headers: { ...bearer, accept: 'text/event-stream' } });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });
});

test('a call is taken back by closing, at the server too', async () => {
  const { bearer } = harness.caller();
  let wasAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    wasAsked = resolve;
  });
  harness.upstream.answer(() => wasAsked());
  const controller = new AbortController();
  const sent = fetch(`${harness.url}${PATH}`, {
    method: 'POST',
    headers: { ...bearer, ...JSON_HEAD, accept: 'application/json, text/event-stream' },
    body: JSON.stringify(toolCall('look')),
    signal: controller.signal,
  }).catch(() => 'closed');
  await asked;
  controller.abort();
  expect(await sent).toBe('closed');
  await expect.poll(() => harness.upstream.aborted).toHaveLength(1);
});

test('another organisation has no such place', async () => {
  const { bearer } = harness.caller({ org: 'globex' });
  const answer = await harness.rpc(call('ping'), { path: '/mcp/globex/c/things', headers: bearer });
  expect(answer.status).toBe(404);
  const crossed = await harness.rpc(call('ping'), { path: PATH, headers: bearer });
  expect(crossed.status).toBe(401);
  expect(harness.upstream.received).toEqual([]);
});

test('a page of another site, and a name that is not ours, are kept out', async () => {
  const { bearer } = harness.caller();
  const headers = { ...bearer, ...JSON_HEAD };
  for (const more of [{ origin: 'https://evil.example' }, { host: 'evil.example' }]) {
    const answer = await harness.send('POST', PATH, { headers: { ...headers, ...more }, body: '{}' });
    expect(answer.status).toBe(403);
  }
  const preflight = await harness.send('OPTIONS', PATH, {
    headers: {
      origin: 'http://localhost:1',
      'access-control-request-headers': 'mcp-param-region, x-evil, mcp-param-a\tb',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers['access-control-allow-headers']).toMatch(/Last-Event-ID, mcp-param-region$/);
});
