import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEverythingServer } from '../../../../e2e/fixtures/everything-server/start.ts';
import type { ServedTool } from '../upstreams/support/mcp-servers.ts';
import { program } from '../upstreams/support/programs.ts';
import { openEvents } from './support/events.ts';
import { faultIn, startJoined, type Caller, type Joined } from './support/joined.ts';
import { modern, toolCall } from './support/messages.ts';

// MCP servers of every transport and an API at one URL.

const READS = { readOnlyHint: true };
const says = (text: string) => ({ content: [{ type: 'text', text }] });

const MODERN_TOOLS: ServedTool[] = [
  { name: 'look', description: 'Looks around.', annotations: READS },
  { name: 'files.read', annotations: READS, answer: ({ path }) => says(`content of ${String(path)}`) },
  { name: 'write', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } },
];
const SESSION_TOOLS: ServedTool[] = [
  { name: 'look', description: 'Looks elsewhere.', annotations: READS },
  { name: 'get_item', annotations: READS },
];
const STDIO = program(`
  hear(({ id, method, params }) => {
    const answer = (result) => say({ jsonrpc: '2.0', id, result });
    if (method === 'initialize') answer({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'small', version: '1' } });
    if (method === 'tools/list') answer({ tools: [{ name: 'count', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }] });
    if (method === 'tools/call') answer({ content: [{ type: 'text', text: 'one' }] });
  });
`);

describe('several servers at one URL', () => {
  let joined: Joined;
  let alpha: Awaited<ReturnType<Joined['serve']>>;
  let beta: Awaited<ReturnType<Joined['serve']>>;
  beforeAll(async () => {
    joined = await startJoined();
    alpha = await joined.serve('alpha', 'modern', MODERN_TOOLS);
    beta = await joined.serve('beta', 'sessions', SESSION_TOOLS);
    await joined.serve('gamma', 'sse', [{ name: 'old', annotations: READS }]);
    await joined.publish('delta', STDIO);
  });
  afterAll(() => joined.close());

  test('the first who asks sees all tools, and each under a name of its own', async () => {
    expect(await joined.namesFor(joined.caller())).toEqual([
      'alpha_look',
      'beta_get_item',
      'beta_look',
      'count',
      'create_item',
      'delete_item',
      expect.stringMatching(/^files_read_[0-9a-f]{6}$/),
      'get_credits',
      'items_get_item',
      'list_items',
      'old',
      'write',
    ]);
    const tools = await joined.toolsFor(joined.caller());
    expect(tools.find(({ name }) => name === 'alpha_look')).toEqual({
      name: 'alpha_look',
      title: 'look',
      description: 'Looks around.',
      inputSchema: { type: 'object', properties: {} },
      annotations: { title: 'look', readOnlyHint: true, openWorldHint: true },
    });
  });

  test('each tool is called at its own server, by the name that it has there', async () => {
    const caller = joined.caller();
    const names = await joined.namesFor(caller);
    const files = names.find((name) => name.startsWith('files_read')) ?? '';
    expect((await joined.callAs(caller, files, { path: '/a' })).content).toEqual(
      says('content of /a').content,
    );
    for (const name of ['alpha_look', 'beta_look', 'count', 'old']) {
      const result = await joined.callAs(caller, name);
      expect([name, result.isError]).toEqual([name, undefined]);
    }
    expect(alpha.calls).toEqual(['files.read', 'look']);
    expect(beta.calls).toEqual(['look']);
    expect((await joined.callAs(caller, 'get_credits')).isError).toBeUndefined();
  });

  test('who may only read neither lists nor calls what may write', async () => {
    const reader = joined.caller({ access: 'read' });
    const names = await joined.namesFor(reader);
    expect(names).not.toContain('write');
    expect(names).toContain('alpha_look');
    const before = alpha.calls.length;
    expect(faultIn(await joined.callAs(reader, 'write', { text: 'x' }))).toMatchObject({ code: 'not_found' });
    expect(alpha.calls).toHaveLength(before);
  });

  test('another organisation sees nothing of them', async () => {
    const stranger = joined.caller({ org: 'globex' });
    const { json } = await joined.rpc(toolCall('alpha_look'), {
      path: '/mcp/globex',
      headers: { ...stranger.bearer, 'mcp-protocol-version': '2025-06-18' },
    });
    expect(faultIn(json.result)).toMatchObject({ code: 'not_found' });
  });

  test('a call is on record before it leaves, and how it went', async () => {
    const caller = joined.caller();
    await joined.callAs(caller, 'write', { text: 'x' });
    const rows = async () =>
      (await joined.auditOf('acme')).filter(({ actorId }) => actorId === caller.credential.actor.id);
    await expect
      .poll(async () =>
        (await rows())
          .map(({ outcome, phase, target }) => [phase, target, outcome].join(' '))
          .sort((a, b) => (a < b ? -1 : 1)),
      )
      .toEqual(['intent write ', 'outcome write ok']);
    for (const { detail } of await rows()) expect(detail).toEqual({ connector: 'alpha' });
  });

  test('nothing of the caller reaches a server: no credential, no name, no address', async () => {
    const caller = joined.caller();
    for (const name of ['alpha_look', 'beta_look']) await joined.callAs(caller, name);
    const heard = JSON.stringify([alpha.requests, beta.requests]);
    for (const secret of [caller.secret, caller.credential.actor.id, caller.credential.keyId, 'acme'])
      expect(heard).not.toContain(secret);
  });

  test('a server that lists other tools is seen with them by who listens, in both eras', async () => {
    const caller = joined.caller();
    await joined.namesFor(caller);
    const { headers, message } = modern('subscriptions/listen', {
      notifications: { toolsListChanged: true },
    });
    const listener = await openEvents(`${joined.url}/mcp/acme`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...caller.bearer, ...headers },
      body: message,
    });
    expect((await listener.next())?.data).toContain('acknowledged');
    const old = await openEvents(`${joined.url}/mcp/acme/sse`, { headers: caller.bearer });
    const endpoint = (await old.next())?.data ?? '';
    await joined.send('POST', endpoint, {
      headers: { 'content-type': 'application/json', ...caller.bearer },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
      }),
    });
    expect((await old.next())?.data).toContain('protocolVersion');

    alpha.tools = [...MODERN_TOOLS, { name: 'peek', annotations: READS }, { name: 'destroy' }];
    await alpha.changed();
    expect((await listener.next())?.data).toContain('notifications/tools/list_changed');
    expect((await old.next())?.data).toContain('notifications/tools/list_changed');
    const names = await joined.namesFor(caller);
    expect(names).toContain('peek');
    // What is new and may write waits for an admin.
    expect(names).not.toContain('destroy');
    listener.close();
    old.close();
  });
});

describe('a call while it lasts', () => {
  let joined: Joined;
  beforeAll(async () => {
    joined = await startJoined();
  });
  afterAll(() => joined.close());

  const KINDS = ['modern', 'sessions', 'sse'] as const;
  /** What makes a call end, and what the caller sees of it. */
  const WAYS = [
    ['goes away', (_: Caller, controller: AbortController) => controller.abort(), 'aborted'],
    [
      'loses its right',
      (caller: Caller) => {
        caller.revoke();
        joined.gateway.changed(caller.credential.keyId);
      },
      401,
    ],
  ] as const;

  test.each(KINDS.flatMap((kind) => WAYS.map((way) => [kind, ...way] as const)))(
    'ends at the server (%s) when the caller %s',
    async (kind, how, end, seen) => {
      let began = (): void => undefined;
      let ended = (): void => undefined;
      const begun = new Promise<void>((resolve) => (began = resolve));
      const over = new Promise<void>((resolve) => (ended = resolve));
      const name = `wait_${kind}_${how.length}`;
      const answer = (_: unknown, signal: AbortSignal): Promise<object> => {
        began();
        return new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            ended();
            resolve(says('too late'));
          }),
        );
      };
      await joined.serve(name.replaceAll('_', '-'), kind, [{ name, answer }]);
      const caller = joined.caller();
      await joined.namesFor(caller);
      const controller = new AbortController();
      const calling = fetch(`${joined.url}/mcp/acme`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'mcp-protocol-version': '2025-06-18',
          ...caller.bearer,
        },
        body: JSON.stringify(toolCall(name)),
        signal: controller.signal,
      });
      await begun;
      end(caller, controller);
      expect(
        await calling.then(
          ({ status }) => status,
          () => 'aborted',
        ),
      ).toBe(seen);
      await over;
    },
  );
});

describe('what a server answers', () => {
  let joined: Joined;
  const big = 'word '.repeat(100_000);
  const answers: Record<string, object> = {
    every_kind: {
      content: [
        {
          type: 'text',
          text: 'a',
          annotations: { audience: ['user'], priority: 0.5, lastModified: '2025-01-01', secret: 1 },
          _meta: { x: 1 },
        },
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
        {
          type: 'resource',
          resource: { uri: 'test://a', mimeType: 'text/plain', text: 'b', _meta: { y: 1 } },
        },
        { type: 'resource_link', uri: 'test://b', name: 'b', size: 3, icons: [{ src: 'https://x.example' }] },
      ],
      _meta: { tracking: true },
    },
    structured: { content: [{ type: 'text', text: 'Two.' }], structuredContent: { count: 2 } },
    unknown_kind: { content: [{ type: 'video', data: 'AAAA' }, { type: 'text' }, 'text'] },
    too_long: { content: [{ type: 'text', text: big }] },
    too_long_json: {
      content: [
        {
          type: 'text',
          text: JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ n, name: `name ${n}` }))),
        },
      ],
    },
    too_long_structured: {
      content: [],
      structuredContent: { list: Array.from({ length: 20_000 }, (_, n) => `value ${n}`) },
    },
    too_large_image: { content: [{ type: 'image', data: 'A'.repeat(2_000_000), mimeType: 'image/png' }] },
    images: {
      content: [
        { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/bmp' },
        { type: 'image', data: '/9j/4AAQ', mimeType: 'IMAGE/JPG' },
        { type: 'image', data: 'SUkqAA==', mimeType: 'image/tiff' },
        { type: 'image', data: '', mimeType: 'image/png' },
        { type: 'image', data: 'no base64!', mimeType: 'image/png' },
      ],
    },
    failed: { content: [{ type: 'text', text: 'It did not work.' }], isError: true },
    undeclared: { content: [{ type: 'text', text: 'no JSON' }] },
    only_text_of_it: { content: [{ type: 'text', text: '{"count":3}' }] },
  };
  const output = { type: 'object', properties: { count: { type: 'number' } }, required: ['count'] };
  const outputs: Record<string, object> = {
    structured: output,
    undeclared: output,
    only_text_of_it: output,
    too_long_structured: {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'string' } } },
      required: ['list'],
    },
  };

  beforeAll(async () => {
    joined = await startJoined();
    // As a hostile server writes it: the official SDKs would not.
    const served = await joined.serve('answers', 'sessions', []);
    served.intercept = (req, res) => {
      if (req.method !== 'POST') return false;
      let text = '';
      req.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      req.on('end', () => {
        const { id, method, params } = JSON.parse(text);
        const results: Record<string, object> = {
          initialize: {
            protocolVersion: '2025-06-18',
            capabilities: { tools: {} },
            serverInfo: { name: 'raw', version: '1' },
          },
          'tools/list': {
            tools: Object.keys(answers).map((name) => ({
              name,
              inputSchema: { type: 'object' },
              annotations: READS,
              ...(outputs[name] && { outputSchema: outputs[name] }),
            })),
          },
          'tools/call': answers[params?.name] ?? {},
        };
        if (id === undefined) return res.writeHead(202).end();
        const result = results[method];
        const body = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
        return res
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
      });
      return true;
    };
    await joined.namesFor(joined.caller());
  });
  afterAll(() => joined.close());

  test.each([
    ['2025-06-18', ['text', 'image', 'audio', 'resource', 'resource_link']],
    ['2025-03-26', ['text', 'image', 'audio', 'resource', 'text']],
    ['2024-11-05', ['text', 'image', 'text', 'resource', 'text']],
  ])('is shown in %s with the kinds and the fields that it knows', async (revision, kinds) => {
    const { content, ...rest } = await joined.callAs(joined.caller(), 'every_kind', {}, revision);
    expect(content.map(({ type }) => type)).toEqual(kinds);
    expect(rest).toEqual({});
    const isNew = revision === '2025-06-18';
    expect(content[0]).toEqual({
      type: 'text',
      text: 'a',
      annotations: { audience: ['user'], priority: 0.5, ...(isNew && { lastModified: '2025-01-01' }) },
    });
    expect(content[3]).toEqual({
      type: 'resource',
      resource: { uri: 'test://a', mimeType: 'text/plain', text: 'b' },
    });
    expect(content[4]).toEqual(
      isNew
        ? { type: 'resource_link', uri: 'test://b', name: 'b', size: 3 }
        : { type: 'text', text: 'b (3 bytes): test://b' },
    );
    expect(JSON.stringify(content)).not.toMatch(/_meta|icons|secret/);
  });

  test('with structured content has the same JSON in both places', async () => {
    const result = await joined.callAs(joined.caller(), 'structured');
    expect(result.structuredContent).toEqual({ count: 2 });
    expect(result.content.map(({ text }) => text)).toEqual(['Two.', '{"count":2}']);
    const old = await joined.callAs(joined.caller(), 'structured', {}, '2025-03-26');
    expect(old.structuredContent).toBeUndefined();
    const text = await joined.callAs(joined.caller(), 'only_text_of_it');
    expect(text).toEqual({
      content: [{ type: 'text', text: '{"count":3}' }],
      structuredContent: { count: 3 },
    });
  });

  test('without the structured content that it declares is a fault that says so, and is shown', async () => {
    const result = await joined.callAs(joined.caller(), 'undeclared');
    expect(faultIn(result)).toMatchObject({
      code: 'upstream_invalid',
      status: 502,
      request_id: expect.any(String),
    });
    expect(result.content[1]).toEqual({ type: 'text', text: 'no JSON' });
  });

  test('of kinds that nobody knows is said to be so', async () => {
    const { content } = await joined.callAs(joined.caller(), 'unknown_kind');
    expect(content).toHaveLength(3);
    for (const block of content)
      expect(block).toEqual({ type: 'text', text: expect.stringContaining('not known here') });
  });

  test('of images is of those that models see, called what their bytes are', async () => {
    const { content } = await joined.callAs(joined.caller(), 'images');
    expect(content).toEqual([
      { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
      { type: 'image', data: '/9j/4AAQ', mimeType: 'image/jpeg' },
      {
        type: 'text',
        text: 'The server answered with an image (image/tiff) of a kind that models do not see.',
      },
      { type: 'text', text: expect.stringContaining('not known here') },
      { type: 'text', text: expect.stringContaining('not known here') },
    ]);
  });

  test.each(['too_long', 'too_long_json', 'too_large_image'])(
    'that is larger than clients take is shown in part: %s',
    async (name) => {
      const result = await joined.callAs(joined.caller(), name);
      const text = result.content.map((block) => String(block['text'])).join('');
      expect(result.isError).toBeUndefined();
      expect(text.length).toBeLessThan(100_000);
      expect(text).toMatch(/shown in part|too large to be shown/);
    },
  );

  test('that must be whole and cannot be is a fault, with a part of it', async () => {
    const result = await joined.callAs(joined.caller(), 'too_long_structured');
    expect(faultIn(result)).toMatchObject({ code: 'upstream_too_large' });
    expect(JSON.parse(String(result.content[1]?.['text']))).toMatchObject({ list: expect.any(Array) });
  });

  test('about its own failure stays a failure', async () => {
    expect(await joined.callAs(joined.caller(), 'failed')).toEqual({
      content: [{ type: 'text', text: 'It did not work.' }],
      isError: true,
    });
  });
});

describe('a server that asks before it answers', () => {
  let joined: Joined;
  let everything: Awaited<ReturnType<typeof startEverythingServer>>;
  const FORM = { elicitation: { form: {} } };
  const ASKS = 'test_input_required_result_elicitation';
  beforeAll(async () => {
    joined = await startJoined();
    everything = await startEverythingServer();
    await joined.publish('everything', { transport: 'streamable-http', url: everything.url });
    await joined.namesFor(joined.caller());
  });
  afterAll(async () => {
    await joined.close();
    await everything.close();
  });

  const stateful = 'test_input_required_result_request_state';
  const answered = (asked: Record<string, unknown>, content: object) => ({
    inputResponses: Object.fromEntries(
      Object.keys(asked['inputRequests'] as object).map((key) => [key, { action: 'accept', content }]),
    ),
    ...(asked['requestState'] === undefined ? {} : { requestState: asked['requestState'] }),
  });

  test('asks a client that can be asked, and hears its answer', async () => {
    const caller = joined.caller();
    const asked = await joined.callInRounds(caller, ASKS, {}, FORM);
    expect(asked).toMatchObject({ resultType: 'input_required' });
    const done = await joined.callInRounds(caller, ASKS, answered(asked, { name: 'Alice' }), FORM);
    expect(done['resultType']).toBe('complete');
    expect(JSON.stringify(done.content)).toContain('Alice');
  });

  test('says how it gets on to who asked to hear it, and to nobody else', async () => {
    const { bearer } = joined.caller();
    const ask = (meta: object, accept: string) =>
      joined.send('POST', '/mcp/acme', {
        headers: {
          accept,
          'content-type': 'application/json',
          'mcp-protocol-version': '2025-06-18',
          ...bearer,
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 7,
          method: 'tools/call',
          params: { name: 'test_tool_with_progress', arguments: {}, ...meta },
        }),
      });
    const both = 'application/json, text/event-stream';
    const heard = await ask({ _meta: { progressToken: 'p' } }, both);
    const messages = heard.text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
    expect(heard.headers['content-type']).toBe('text/event-stream');
    expect(messages.slice(0, -1).map(({ method }) => method)).toEqual(
      messages.slice(1).map(() => 'notifications/progress'),
    );
    expect(messages.length).toBeGreaterThan(2);
    expect(messages[0]).toMatchObject({ params: { progressToken: 'p', progress: 0, total: 100 } });
    expect(messages.at(-1)).toMatchObject({ id: 7, result: { content: expect.any(Array) } });

    for (const [meta, accept] of [
      [{}, both],
      [{ _meta: { progressToken: 'p' } }, 'application/json'],
    ] as const)
      expect((await ask(meta, accept)).json).toMatchObject({ id: 7, result: { content: expect.any(Array) } });
  });

  test('gets its state back from who was given it, and from nobody else', async () => {
    const [alice, bob] = [joined.caller(), joined.caller()];
    const asked = await joined.callInRounds(alice, stateful, {}, FORM);
    const state = String(asked['requestState']);
    expect(state).toMatch(/^lkm1\./);
    const next = answered(asked, { ok: true });
    expect(faultIn(await joined.callInRounds(bob, stateful, next, FORM))).toMatchObject({
      code: 'invalid_request',
    });
    expect(faultIn(await joined.callInRounds(alice, ASKS, next, FORM))).toMatchObject({
      code: 'invalid_request',
    });
    const forged = { ...next, requestState: `${state.slice(0, -4)}AAAA` };
    expect(faultIn(await joined.callInRounds(alice, stateful, forged, FORM))).toMatchObject({
      code: 'invalid_request',
    });
    const done = await joined.callInRounds(alice, stateful, next, FORM);
    expect(done.isError).toBeUndefined();
    expect(done['resultType']).toBe('complete');
  });

  test.each([
    ['an older client', (caller: Caller) => joined.callAs(caller, ASKS)],
    [
      'a client that cannot be asked',
      (caller: Caller) => joined.callInRounds(caller, 'test_missing_capability'),
    ],
  ])('%s is told where it can be asked', async (_, call) => {
    const fault = faultIn(await call(joined.caller()));
    expect(fault).toMatchObject({ code: 'upstream_asks' });
    expect(fault['message']).toContain(`${joined.url}/mcp/acme/c/everything`);
  });

  test('gets the headers that its revision wants, and clients are not told of them', async () => {
    const caller = joined.caller();
    const tools = await joined.toolsFor(caller);
    expect(JSON.stringify(tools)).not.toContain('x-mcp-header');
    const result = await joined.callAs(caller, 'test_custom_headers', { region: 'eu-west', priority: 3 });
    expect([result.isError, JSON.stringify(result.content)]).toEqual([undefined, expect.any(String)]);
  });
});

test('tools of MCP servers are found by search, described and called through it', async () => {
  const joined = await startJoined();
  const filler = 'A long explanation of what it does and of what comes back. '.repeat(10);
  const many = Array.from({ length: 200 }, (_, at) => ({
    name: `${at % 2 === 0 ? 'read' : 'change'}_thing_${at}`,
    description: filler,
    ...(at % 2 === 0 && { annotations: READS }),
  }));
  const rare = {
    name: 'forecast.weather',
    description: 'Tells the weather of tomorrow.',
    annotations: READS,
    inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
    outputSchema: { type: 'object', properties: { sunny: { type: 'boolean' } } },
    answer: ({ city }: Record<string, unknown>) => ({
      ...says(`sun in ${String(city)}`),
      structuredContent: { sunny: true },
    }),
  };
  try {
    const served = await joined.serve('many', 'modern', [...many, rare]);
    const caller = joined.caller({ access: 'read' });
    expect(await joined.namesFor(caller)).toEqual(['call_read_tool', 'describe_tools', 'search_tools']);
    const found = await joined.callAs(caller, 'search_tools', { query: 'weather forecast' });
    const [name] = /forecast_weather_[0-9a-f]{6}/.exec(JSON.stringify(found)) ?? [];
    expect(JSON.stringify(await joined.callAs(caller, 'describe_tools', { names: [name] }))).toContain(
      'city',
    );
    const through = { name, arguments: { city: 'Bern' } };
    const result = await joined.callAs(caller, 'call_read_tool', through);
    expect(JSON.stringify(result.content)).toContain('sun in Bern');
    expect(result.structuredContent).toBeUndefined();
    expect(served.calls).toEqual(['forecast.weather']);
    const writing = await joined.callAs(caller, 'call_read_tool', { name: 'change_thing_1', arguments: {} });
    expect(faultIn(writing)).toMatchObject({ code: 'not_found' });
  } finally {
    await joined.close();
  }
});
