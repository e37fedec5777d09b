import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call, modern, MODERN, toolCall } from './support/messages.ts';
import { expectValid, unknownFields } from './support/schema.ts';

let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  headers = harness.caller().bearer;
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"balance":250}');
  });
});

const LEGACY = ['2025-03-26', '2025-06-18', '2025-11-25'];
const TOOLS = ['create_item', 'delete_item', 'get_credits', 'get_item', 'list_items'];
const hello = (protocolVersion: unknown) =>
  call('initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } });

describe.each(LEGACY)('revision %s', (revision) => {
  const withHeader = () => ({
    headers: { ...headers, ...(revision === '2025-03-26' ? {} : { 'mcp-protocol-version': revision }) },
  });

  test('shakes hands, and says what the schema allows', async () => {
    const { headers: answered, json, status } = await harness.rpc(hello(revision), { headers });
    expect(status).toBe(200);
    expect(answered['content-type']).toBe('application/json');
    expect(answered['mcp-session-id']).toBeUndefined();
    expectValid(revision, 'InitializeResult', json.result);
    expect(unknownFields(revision, 'Implementation', json.result.serverInfo)).toEqual([]);
    expect(json.result).toMatchObject({ protocolVersion: revision, capabilities: { tools: {} } });
  });

  test('takes notifications with 202 and no body', async () => {
    for (const method of ['notifications/initialized', 'notifications/cancelled', 'notifications/anything']) {
      const { status, text } = await harness.rpc({ jsonrpc: '2.0', method }, withHeader());
      expect([status, text]).toEqual([202, '']);
    }
  });

  test('lists the tools with the fields that it knows', async () => {
    const { json } = await harness.rpc(call('tools/list', {}), withHeader());
    expectValid(revision, 'ListToolsResult', json.result);
    expect(json.result.tools.map((tool: { name: string }) => tool.name).sort()).toEqual(TOOLS);
    for (const tool of json.result.tools) {
      expect(unknownFields(revision, 'Tool', tool)).toEqual([]);
      expect(tool.annotations.readOnlyHint === true).not.toBe(tool.annotations.destructiveHint === true);
    }
    expect(json.result.nextCursor).toBeUndefined();
  });

  test('calls a tool, and shows a failure in its own fields', async () => {
    const good = await harness.rpc(toolCall('get_credits'), withHeader());
    expectValid(revision, 'CallToolResult', good.json.result);
    expect(good.json.result.content).toEqual([{ type: 'text', text: '{"balance":250}' }]);

    const bad = await harness.rpc(toolCall('get_item', {}), withHeader());
    expectValid(revision, 'CallToolResult', bad.json.result);
    expect(bad.json.result.isError).toBe(true);
    expect(unknownFields(revision, 'CallToolResult', bad.json.result)).toEqual([]);
  });

  test('has no prompts, resources, completions and logs, and says so in lists and errors of the schema', async () => {
    const ask = async (method: string, params: object = {}) =>
      (await harness.rpc(call(method, params), withHeader())).json;
    const lists = [
      ['prompts/list', 'ListPromptsResult', 'prompts'],
      ['resources/list', 'ListResourcesResult', 'resources'],
      ['resources/templates/list', 'ListResourceTemplatesResult', 'resourceTemplates'],
    ] as const;
    for (const [method, definition, field] of lists) {
      const { result } = await ask(method);
      expectValid(revision, definition, result);
      expect(result).toEqual({ [field]: [] });
      expect((await ask(method, { cursor: 'x' })).error.code).toBe(-32602);
    }
    const ref = { type: 'ref/prompt', name: 'x' };
    const { result } = await ask('completion/complete', { ref, argument: { name: 'a', value: 'b' } });
    expectValid(revision, 'CompleteResult', result);
    expect(result.completion.values).toEqual([]);
    expect((await ask('completion/complete', { ref })).error.code).toBe(-32602);
    expect((await ask('logging/setLevel', { level: 'notice' })).result).toEqual({});
    expect((await ask('logging/setLevel', { level: 'loud' })).error.code).toBe(-32602);
    expect((await ask('prompts/get', { name: 'x' })).error.code).toBe(-32602);
    const unread = await ask('resources/read', { uri: 'file:///etc/passwd' });
    expect(unread.error).toMatchObject({ code: -32002, data: { uri: 'file:///etc/passwd' } });
    expect((await ask('resources/read', { uri: 5 })).error.code).toBe(-32602);
  });

  test('answers ping, and does not know methods of other revisions', async () => {
    expect((await harness.rpc(call('ping'), withHeader())).json).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {},
    });
    for (const method of ['server/discover', 'subscriptions/listen', 'tasks/get', 'constructor']) {
      const { json, status } = await harness.rpc(call(method, {}, 'a'), withHeader());
      expect(status).toBe(200);
      expect(json).toMatchObject({ id: 'a', error: { code: -32601 } });
      expectValid(revision, revision === '2025-11-25' ? 'JSONRPCErrorResponse' : 'JSONRPCError', json);
    }
  });
});

describe('negotiation', () => {
  test.each(['2024-10-07', '1999-01-01', '2026-07-28', 'latest'])(
    '%s is answered with the newest that shakes hands',
    async (asked) => {
      const { json } = await harness.rpc(hello(asked), { headers });
      expect(json.result.protocolVersion).toBe('2025-11-25');
    },
  );

  test('a handshake without a version is refused', async () => {
    expect((await harness.rpc(hello(undefined), { headers })).json.error.code).toBe(-32602);
  });

  test.each(['1900-01-01', 'not-a-version', '2024-10-07'])('the header %s is refused', async (version) => {
    const { json, status } = await harness.rpc(call('tools/list'), {
      headers: { ...headers, 'mcp-protocol-version': version },
    });
    expect(status).toBe(400);
    expect(json).toMatchObject({ id: 1, error: { code: -32022, data: { requested: version } } });
    expectValid(MODERN, 'UnsupportedProtocolVersionError', json);
  });
});

describe('batches', () => {
  const batch = [
    call('ping', undefined, 'a'),
    { jsonrpc: '2.0', method: 'notifications/x' },
    toolCall('get_credits', {}, 'b'),
  ];

  test('are answered in 2025-03-26, each request by its id', async () => {
    const { json, status } = await harness.rpc(batch, { headers });
    expect(status).toBe(200);
    expect(json.map(({ id }: { id: string }) => id)).toEqual(['a', 'b']);
    expectValid('2025-03-26', 'JSONRPCBatchResponse', json);
  });

  test('of notifications alone are accepted without a body', async () => {
    const { status, text } = await harness.rpc([{ jsonrpc: '2.0', method: 'notifications/x' }], { headers });
    expect([status, text]).toEqual([202, '']);
  });

  test.each(['2025-06-18', '2025-11-25', '2026-07-28'])('are refused in %s', async (revision) => {
    const { json, status } = await harness.rpc(batch, {
      headers: { ...headers, 'mcp-protocol-version': revision },
    });
    expect([status, json.error.code]).toEqual([400, -32600]);
  });

  test('cannot be empty, endless, or hold a handshake', async () => {
    for (const bad of [[], Array.from({ length: 51 }, () => call('ping'))]) {
      expect((await harness.rpc(bad, { headers })).status).toBe(400);
    }
    const { json } = await harness.rpc([hello('2025-03-26'), 5], { headers });
    expect(json.map(({ error }: { error: { code: number } }) => error.code)).toEqual([-32600, -32600]);
  });
});

describe('revision 2026-07-28', () => {
  const send = (
    method: string,
    params?: Record<string, unknown>,
    change: Record<string, string | undefined> = {},
  ) => {
    const { headers: own, message } = modern(method, params);
    const all = Object.entries({ ...own, ...headers, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return harness.rpc(message, { headers: Object.fromEntries(all) });
  };

  test('says who it is without a handshake', async () => {
    const { json, status } = await send('server/discover');
    expect(status).toBe(200);
    expectValid(MODERN, 'DiscoverResult', json.result);
    expect(json.result.supportedVersions).toEqual([
      '2026-07-28',
      '2025-11-25',
      '2025-06-18',
      '2025-03-26',
      '2024-11-05',
    ]);
    expect(json.result.cacheScope).toBe('private');
    expect(json.result._meta['io.modelcontextprotocol/serverInfo'].name).toBe('latchkey');
  });

  test('lists the tools, for this caller alone to keep', async () => {
    const { json } = await send('tools/list');
    expectValid(MODERN, 'ListToolsResult', json.result);
    expect(json.result).toMatchObject({ resultType: 'complete', cacheScope: 'private' });
    expect(json.result.ttlMs).toBeGreaterThanOrEqual(0);
    expect(json.result.tools.map((tool: { name: string }) => tool.name).sort()).toEqual(TOOLS);
  });

  test('has no prompts, resources and completions, and says so in lists and errors of the schema', async () => {
    const lists = [
      ['prompts/list', 'ListPromptsResult', 'prompts'],
      ['resources/list', 'ListResourcesResult', 'resources'],
      ['resources/templates/list', 'ListResourceTemplatesResult', 'resourceTemplates'],
    ] as const;
    for (const [method, definition, field] of lists) {
      const { json } = await send(method);
      expectValid(MODERN, definition, json.result);
      expect(json.result).toMatchObject({ [field]: [], cacheScope: 'private' });
    }
    const ref = { type: 'ref/prompt', name: 'x' };
    const completed = await send('completion/complete', { ref, argument: { name: 'a', value: 'b' } });
    expectValid(MODERN, 'CompleteResult', completed.json.result);
    const uri = 'file:///etc/passwd';
    const unread = await send('resources/read', { uri }, { 'mcp-name': uri });
    expect([unread.status, unread.json.error]).toMatchObject([200, { code: -32602, data: { uri } }]);
    expect((await send('prompts/get', { name: 'x' })).json.error.code).toBe(-32602);
    for (const [method, params] of [
      ['resources/read', { uri }],
      ['prompts/get', { name: 'x' }],
    ] as const) {
      const { json, status } = await send(method, params, { 'mcp-name': 'another' });
      expect(status).toBe(400);
      expectValid(MODERN, 'HeaderMismatchError', json);
    }
  });

  test('calls a tool', async () => {
    const { json } = await send('tools/call', { name: 'get_credits', arguments: {} });
    expectValid(MODERN, 'CallToolResultResponse', json);
    expect(json.result).toMatchObject({
      resultType: 'complete',
      content: [{ type: 'text', text: '{"balance":250}' }],
    });
  });

  test('takes a name in base64, as clients send one that is no plain header value', async () => {
    const encoded = `=?base64?${Buffer.from('get_credits').toString('base64')}?=`;
    const { json } = await send('tools/call', { name: 'get_credits' }, { 'mcp-name': encoded });
    expect(json.result.isError).toBeUndefined();
  });

  test.each(['ping', 'initialize', 'logging/setLevel', 'resources/subscribe', '__proto__'])(
    'has no method %s: 404',
    async (method) => {
      const { json, status } = await send(method);
      expect([status, json.error.code]).toEqual([404, -32601]);
      expectValid(MODERN, 'JSONRPCErrorResponse', json);
    },
  );

  test.each([
    ['another version header', { 'mcp-protocol-version': '2025-11-25' }],
    ['no version header', { 'mcp-protocol-version': undefined }],
    ['another method header', { 'mcp-method': 'tools/list' }],
    ['no method header', { 'mcp-method': undefined }],
    ['another name header', { 'mcp-name': 'get_item' }],
    ['no name header', { 'mcp-name': undefined }],
    ['a broken name header', { 'mcp-name': '=?base64?%%%?=' }],
  ])('refuses %s, and nothing is called', async (_, change) => {
    const sentBefore = harness.upstream.received.length;
    const { json, status } = await send('tools/call', { name: 'get_credits' }, change);
    expect(status).toBe(400);
    expectValid(MODERN, 'HeaderMismatchError', json);
    expect(harness.upstream.received).toHaveLength(sentBefore);
  });

  test('names what it supports to a client of the future', async () => {
    const { headers: own, message } = modern(
      'tools/list',
      {},
      { 'io.modelcontextprotocol/protocolVersion': '2030-01-01' },
    );
    const contradicted = await harness.rpc(message, { headers: { ...own, ...headers } });
    expect([contradicted.status, contradicted.json.error.code]).toEqual([400, -32020]);
    const { json, status } = await harness.rpc(message, {
      headers: { ...own, ...headers, 'mcp-protocol-version': '2030-01-01' },
    });
    expect(status).toBe(400);
    expectValid(MODERN, 'UnsupportedProtocolVersionError', json);
    expect(json.error.data).toEqual({
      supported: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
      requested: '2030-01-01',
    });
  });

  test.each([
    ['without capabilities', { 'io.modelcontextprotocol/clientCapabilities': undefined }],
    ['with capabilities that are no object', { 'io.modelcontextprotocol/clientCapabilities': 'all' }],
    ['with client info that is no object', { 'io.modelcontextprotocol/clientInfo': 'me' }],
    ['with a version that is no string', { 'io.modelcontextprotocol/protocolVersion': 7 }],
    ['with a header alone', { 'io.modelcontextprotocol/protocolVersion': undefined }],
  ])('refuses a request %s', async (_, meta) => {
    const { headers: own, message } = modern('tools/list', {}, meta);
    const { json, status } = await harness.rpc(message, { headers: { ...own, ...headers } });
    expect([status, json.error.code]).toEqual([400, -32602]);
  });

  test.each([
    { inputResponses: null },
    { inputResponses: 5 },
    { inputResponses: [] },
    { inputResponses: { name: 5 } },
    { requestState: 5 },
    { requestState: null },
  ])('refuses an answer to what was never asked if it is none: %j, and nothing is called', async (more) => {
    const before = harness.upstream.received.length;
    const { json, status } = await send('tools/call', { name: 'get_credits', ...more });
    expect([status, json.error.code]).toEqual([400, -32602]);
    expect(harness.upstream.received).toHaveLength(before);
    const { json: good } = await send('tools/call', { name: 'get_credits', inputResponses: { x: {} } });
    expect(good.result.isError).toBeUndefined();
  });

  test('ignores sessions', async () => {
    const { headers: answered, status } = await send(
      'tools/list',
      {},
      { 'mcp-session-id': 'x', 'last-event-id': '1' },
    );
    expect(status).toBe(200);
    expect(answered['mcp-session-id']).toBeUndefined();
  });
});

describe('what is no message', () => {
  test.each([
    ['nothing', ''],
    ['half a message', '{"jsonrpc":"2.0"'],
    ['not JSON', 'method=ping'],
    ['a depth that is there to do harm', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['brackets without an end', '{"a":'.repeat(5000)],
  ])('(%s) is a parse error', async (_, body) => {
    const { json, status } = await harness.rpc(body, { headers });
    expect([status, json.error.code]).toEqual([400, -32700]);
    expectValid(MODERN, 'JSONRPCErrorResponse', json);
  });

  test('brackets in texts are texts', async () => {
    const { status } = await harness.rpc(call('ping', { text: `"\\"${'['.repeat(1000)}` }), { headers });
    expect(status).toBe(200);
  });

  test.each([
    ['a number', 5],
    ['null', null],
    ['a text', '"ping"'],
    ['no version', { id: 1, method: 'ping' }],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }],
    ['no method', { jsonrpc: '2.0', id: 1 }],
    ['a method that is no text', { jsonrpc: '2.0', id: 1, method: {} }],
    ['a null id', { jsonrpc: '2.0', id: null, method: 'ping' }],
    ['an id that is an object', { jsonrpc: '2.0', id: {}, method: 'ping' }],
    ['params in a list', { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }],
  ])('(%s) is an invalid request', async (_, message) => {
    const { json, status } = await harness.rpc(message, { headers });
    expect([status, json.error.code]).toEqual([400, -32600]);
  });

  test('an answer to a question that we never asked is accepted and dropped', async () => {
    expect((await harness.rpc({ jsonrpc: '2.0', id: 1, result: {} }, { headers })).status).toBe(202);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is refused as %s',
    async (type) => {
      const { json, status } = await harness.rpc(call('ping'), {
        headers: { ...headers, 'content-type': type },
      });
      expect([status, json.error.code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  test('beyond 14 MB it is refused, whether or not it says how long it is', async () => {
    const big = JSON.stringify(call('ping', { text: 'x'.repeat(14 * 1024 * 1024) }));
    const told = await harness.rpc(big, { headers });
    expect([told.status, told.json.error.code]).toEqual([413, 'payload_too_large']);
    const chunked = await fetch(`${harness.url}/mcp/acme`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: new Blob([big]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    await chunked.text();
  });
});

describe('the form of the answer', () => {
  test.each([
    'application/json, text/event-stream',
    'application/json',
    '*/*',
    'application/*',
    'text/html',
    '',
  ])('is JSON for Accept: %s', async (accept) => {
    const {
      headers: answered,
      json,
      status,
    } = await harness.rpc(call('ping'), { headers: { ...headers, accept } });
    expect([status, answered['content-type']]).toEqual([200, 'application/json']);
    expect(json.result).toEqual({});
  });

  test('is one event for a client that reads nothing else, the long list included', async () => {
    for (const message of [call('ping'), call('tools/list')]) {
      const { headers: answered, text } = await harness.rpc(message, {
        headers: { ...headers, accept: 'text/event-stream' },
      });
      expect(answered['content-type']).toBe('text/event-stream');
      const [, data] = /^event: message\ndata: (.*)\n\n$/.exec(text) ?? [];
      expect(JSON.parse(data ?? '')).toMatchObject({ jsonrpc: '2.0', id: 1 });
    }
  });

  test('ids come back as they were', async () => {
    for (const id of [0, -1, 7.5, '', 'ü"\\', '1']) {
      expect((await harness.rpc(call('ping', undefined, id), { headers })).json.id).toBe(id);
    }
  });
});
