import { createSender } from '@latchkey/tools';
import { afterEach, describe, expect, test } from 'vitest';
import { startEverythingServer } from '../../../../e2e/fixtures/everything-server/start.ts';
import { monotonicClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { Principal } from '../../src/kernel/principal.ts';
import { fail, ok } from '../../src/kernel/result.ts';
import { CLIENT_LIMITS, createMcpClients, type ClientLimits } from '../../src/upstreams/client/clients.ts';
import type { McpServer, Reply } from '../../src/upstreams/client/types.ts';
import type { UpstreamCredentials } from '../../src/upstreams/credentials.ts';
import { createSseServers, SSE_LIMITS } from '../../src/upstreams/sse/sse-servers.ts';
import { createStdioServers, STDIO_LIMITS } from '../../src/upstreams/stdio/stdio-servers.ts';
import { mcpUpstreamSchema, type McpUpstream } from '../../src/upstreams/upstream.ts';
import { passOn } from './support/pass-on.ts';
import { serveMcp, type ServedKind, type ServedTool } from './support/mcp-servers.ts';
import { program } from './support/programs.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ALICE = {
  orgId: newId('org'),
  orgSlug: 'acme',
  actor: { kind: 'user', id: newId('usr') },
  role: 'member',
  access: 'full',
  keyId: newId('key'),
  clientId: undefined,
  grantId: undefined,
} as Principal;

const NOBODYS: UpstreamCredentials = {
  partsFor: async () => ok({ headers: {} }),
  refused: async () => false,
};

function setUp({
  credentials = NOBODYS,
  limits = {},
}: { credentials?: UpstreamCredentials; limits?: Partial<ClientLimits> } = {}) {
  const sender = createSender();
  const stdio = createStdioServers({ clock: monotonicClock, limits: STDIO_LIMITS, log: silentLog });
  const sse = createSseServers({ limits: SSE_LIMITS, sender });
  const heard: string[] = [];
  const clients = createMcpClients({
    clock: monotonicClock,
    credentials,
    limits: { ...CLIENT_LIMITS, ...limits },
    onToolsChanged: ({ slug }) => heard.push(slug),
    openChannel: ({ id, upstream }) =>
      upstream.transport === 'stdio' ? stdio.channelTo(upstream, id) : sse.channelTo(upstream, id),
    sender,
  });
  closing.push(async () => {
    clients.close();
    await stdio.close();
    await sender.close();
  });
  return { clients, heard };
}

function serverAt(upstream: McpUpstream): McpServer {
  return {
    id: newId('con'),
    orgId: null,
    slug: 'served',
    baseUrl: upstream.transport === 'stdio' ? 'stdio:served' : upstream.url,
    upstream,
  };
}

async function serve(kind: ServedKind, tools: ServedTool[] = TOOLS) {
  const served = await serveMcp(kind, tools);
  closing.push(() => served.close());
  const upstream = mcpUpstreamSchema.parse({
    transport: kind === 'sse' ? 'sse' : 'streamable-http',
    url: served.url,
  });
  return { served, server: serverAt(upstream) };
}

const TOOLS: ServedTool[] = [
  { name: 'look', annotations: { readOnlyHint: true } },
  { name: 'say', answer: ({ word }) => ({ content: [{ type: 'text', text: String(word) }] }) },
];

const signal = () => ({ signal: new AbortController().signal });
const say = (word: string) => ({ name: 'say', arguments: { word } });

function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function textOf(reply: Reply): unknown {
  return reply.kind === 'result' ? (reply.result['content'] as JsonObject[])[0]?.['text'] : reply;
}

describe.each<ServedKind>(['modern', 'sessions', 'sse'])('a server of the official SDK: %s', (kind) => {
  test('lists its tools and is called, by many at once over one session', async () => {
    const { clients } = setUp();
    const { served, server } = await serve(kind);
    const listed = valueOf(await clients.listTools(server, undefined));
    expect(listed.title).toBe('Served');
    expect(listed.tools).toEqual([
      expect.objectContaining({ name: 'look', annotations: { readOnlyHint: true } }),
      expect.objectContaining({ name: 'say' }),
    ]);
    const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
    const replies = await Promise.all(
      words.map((word) => clients.callTool(server, ALICE, say(word), signal())),
    );
    expect(replies.map((reply) => textOf(valueOf(reply)))).toEqual(words);
    const sessions = new Set(served.requests.map(({ headers }) => headers['mcp-session-id'] ?? 'none'));
    expect(sessions.size).toBe(kind === 'sessions' ? 2 : 1);
  });

  test('is not sent anything of ours but who we are', async () => {
    const { clients } = setUp();
    const { served, server } = await serve(kind);
    valueOf(await clients.callTool(server, ALICE, say('x'), signal()));
    const text = JSON.stringify(served.requests);
    expect(text).not.toContain(ALICE.actor.id);
    for (const { headers } of served.requests) expect(headers['authorization']).toBeUndefined();
  });

  test('is told when a call is cancelled, and who called has an answer at once', async () => {
    const { clients } = setUp();
    let heard = (): void => undefined;
    const cancelled = new Promise<void>((resolve) => (heard = resolve));
    let began = (): void => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    const { server } = await serve(kind, [
      {
        name: 'wait',
        answer: (_, signal) => {
          began();
          return new Promise<object>((resolve) =>
            signal.addEventListener('abort', () => {
              heard();
              resolve({ content: [] });
            }),
          );
        },
      },
    ]);
    const controller = new AbortController();
    const calling = clients.callTool(server, ALICE, { name: 'wait', arguments: {} }, controller);
    await begun;
    controller.abort();
    expect(await calling).toEqual({ ok: false, error: { kind: 'cancelled' } });
    await cancelled;
  });

  test('says what it cannot do, and that is its answer', async () => {
    const { clients } = setUp();
    const { server } = await serve(kind);
    const reply = valueOf(
      await clients.callTool(server, ALICE, { name: 'nothing', arguments: {} }, signal()),
    );
    expect(reply).toMatchObject({ kind: 'error', message: expect.stringContaining('nothing not found') });
  });

  test('that says that its tools have changed is heard', async () => {
    const { clients, heard } = setUp();
    const { served, server } = await serve(kind);
    valueOf(await clients.listTools(server, undefined));
    // Whoever says it before anybody listens is not heard.
    while (heard.length === 0) {
      await served.changed();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(heard[0]).toBe('served');
  });

  test('that was started anew is used again, without anybody noticing', async () => {
    const { clients } = setUp();
    const { served, server } = await serve(kind);
    expect(textOf(valueOf(await clients.callTool(server, ALICE, say('a'), signal())))).toBe('a');
    if (kind === 'modern') return;
    await served.forget();
    // Of a stream that has ended nobody knows whether what was said on it was heard.
    if (kind === 'sse') valueOf(await clients.listTools(server, undefined));
    const again = await clients.callTool(server, ALICE, say('b'), signal());
    expect(textOf(valueOf(again))).toBe('b');
    expect(served.calls).toEqual(['say', 'say']);
  });
});

test('a session that nobody uses is ended, at the server too, and the next call has a new one', async () => {
  const { clients } = setUp({ limits: { idleMs: 20 } });
  const { served, server } = await serve('sessions');
  valueOf(await clients.callTool(server, ALICE, say('a'), signal()));
  await expect.poll(() => served.requests.filter(({ method }) => method === 'DELETE').length).toBe(1);
  valueOf(await clients.callTool(server, ALICE, say('b'), signal()));
  expect(new Set(served.requests.map(({ headers }) => headers['mcp-session-id'])).size).toBe(3);
});

describe('the fixture of the conformance suite', () => {
  test('answers in the newest revision, in which it asks for what we do not have, and is asked for nothing', async () => {
    const { clients } = setUp();
    const everything = await startEverythingServer();
    closing.push(() => everything.close());
    const server = serverAt({ transport: 'streamable-http', url: everything.url });
    const call = async (name: string, more: object = {}) =>
      valueOf(await clients.callTool(server, ALICE, { name, arguments: {}, ...more }, signal()));
    expect(textOf(await call('test_simple_text'))).toBe('This is a simple text response for testing.');
    expect(await call('test_missing_capability')).toMatchObject({ kind: 'error', code: -32021 });
    const asked = await call('test_input_required_result_elicitation', { capabilities: { elicitation: {} } });
    expect(asked).toMatchObject({ kind: 'result', result: { resultType: 'input_required' } });
    const result = asked.kind === 'result' ? asked.result : {};
    const [question] = Object.keys(result['inputRequests'] as object);
    const answered = await call('test_input_required_result_elicitation', {
      capabilities: { elicitation: {} },
      round: {
        inputResponses: { [question ?? '']: { action: 'accept', content: { name: 'Alice' } } },
        ...(typeof result['requestState'] === 'string' && { requestState: result['requestState'] }),
      },
    });
    expect(textOf(answered)).toContain('Alice');
  });

  test('that speaks only of 2025, breaks off its stream and goes on with it, is taken up again', async () => {
    const { clients } = setUp();
    const everything = await startEverythingServer();
    closing.push(() => everything.close());
    const front = await serveMcp('sessions', []);
    closing.push(() => front.close());
    // No question of 2026-07-28 reaches it.
    front.intercept = (req, res) => {
      if (req.headers['mcp-protocol-version'] === '2026-07-28') res.writeHead(400).end();
      else passOn(everything.url, req, res);
      return true;
    };
    const server = serverAt({ transport: 'streamable-http', url: front.url });
    const progress: unknown[] = [];
    const reply = valueOf(
      await clients.callTool(
        server,
        ALICE,
        { name: 'test_reconnection', arguments: {} },
        { ...signal(), onProgress: (params) => progress.push(params) },
      ),
    );
    expect(reply.kind).toBe('result');
    expect(front.requests.some(({ headers, method }) => method === 'GET' && headers['last-event-id'])).toBe(
      true,
    );
    const reported = await clients.callTool(
      server,
      ALICE,
      { name: 'test_tool_with_progress', arguments: {} },
      { ...signal(), onProgress: (params) => progress.push(params) },
    );
    expect(valueOf(reported).kind).toBe('result');
    expect(progress.length).toBeGreaterThan(1);
    // There is a person behind no server that we ask for a list.
    const asked = await clients.callTool(
      server,
      ALICE,
      { name: 'test_elicitation', arguments: { message: 'Who?' } },
      signal(),
    );
    expect(JSON.stringify(valueOf(asked))).toMatch(/isError|-32601|not support/i);
  });
});

describe('a command', () => {
  test('is listed and called, and dies and is started again', async () => {
    const { clients } = setUp();
    const server = serverAt(STDIO);
    expect(valueOf(await clients.listTools(server, undefined))).toEqual({
      title: 'Small',
      tools: [{ name: 'say', inputSchema: { type: 'object' } }],
    });
    const first = valueOf(await clients.callTool(server, ALICE, say('a'), signal()));
    expect(textOf(first)).toMatch(/^a of \d+$/);
    const died = await clients.callTool(server, ALICE, say('die'), signal());
    expect(died).toMatchObject({ ok: false, error: { fault: { code: 'upstream_reset' } } });
  });
});

const STDIO = program(`
  hear(({ id, method, params }) => {
    if (method === 'initialize')
      say({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'small', title: 'Small', version: '1' } } });
    if (method === 'tools/list') say({ jsonrpc: '2.0', id, result: { tools: [{ name: 'say', inputSchema: { type: 'object' } }] } });
    if (method === 'tools/call') {
      if (params.arguments.word === 'die') process.exit(1);
      say({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: params.arguments.word + ' of ' + process.pid }] } });
    }
  });
`);

describe('who is asked on behalf of whom', () => {
  const own = (tokens: Record<string, string>): UpstreamCredentials => ({
    async partsFor(_, principal) {
      const token = principal && tokens[principal.actor.id];
      if (token === undefined)
        return fail(
          principal === undefined
            ? { kind: 'nobody' }
            : { kind: 'connect_needed', connectUrl: 'https://here' },
        );
      return ok({ headers: { authorization: `Bearer ${token}` }, isLasting: true });
    },
    refused: async () => false,
  });
  const BOB = { ...ALICE, actor: { kind: 'user', id: newId('usr') } } as Principal;

  test('people with accounts of their own share no session, and who has none is told where to connect', async () => {
    const { clients } = setUp({ credentials: own({ [ALICE.actor.id]: 'token-of-alice' }) });
    const { served, server } = await serve('sessions');
    expect(await clients.listTools(server, undefined)).toEqual({
      ok: false,
      error: { kind: 'credential', fault: { kind: 'nobody' }, notSent: true },
    });
    valueOf(await clients.callTool(server, ALICE, say('a'), signal()));
    expect(await clients.callTool(server, BOB, say('b'), signal())).toMatchObject({
      error: { kind: 'credential', fault: { kind: 'connect_needed' } },
    });
    expect(served.calls).toEqual(['say']);
    for (const { headers } of served.requests) expect(headers.authorization).toBe('Bearer token-of-alice');
  });

  test('each of two people has a session', async () => {
    const tokens = { [ALICE.actor.id]: 'token-of-alice', [BOB.actor.id]: 'token-of-bob' };
    const { clients } = setUp({ credentials: own(tokens) });
    const { served, server } = await serve('sessions');
    for (const person of [ALICE, BOB, ALICE])
      valueOf(await clients.callTool(server, person, say('x'), signal()));
    const owners = new Map<unknown, Set<unknown>>();
    for (const { headers } of served.requests) {
      const id = headers['mcp-session-id'];
      if (id !== undefined) owners.set(id, (owners.get(id) ?? new Set()).add(headers.authorization));
    }
    expect([...owners.values()].map((set) => [...set])).toEqual([
      ['Bearer token-of-alice'],
      ['Bearer token-of-bob'],
    ]);
  });

  test('what says with which key somebody calls is never said of another key', async () => {
    const { clients } = setUp({
      credentials: {
        partsFor: async (_, principal) =>
          principal === undefined
            ? fail({ kind: 'nobody' })
            : ok({ headers: { authorization: `Bearer for-${principal.keyId}` } }),
        refused: async () => false,
      },
    });
    const { served, server } = await serve('sessions');
    const other = { ...ALICE, keyId: newId('key') };
    for (const principal of [ALICE, other]) {
      served.requests.length = 0;
      valueOf(await clients.callTool(server, principal, say('x'), signal()));
      const shown = new Set(served.requests.map(({ headers }) => headers.authorization));
      expect([...shown]).toEqual([`Bearer for-${principal.keyId}`]);
    }
  });

  test('a credential that the server sends back is covered', async () => {
    const { clients } = setUp({ credentials: own({ [ALICE.actor.id]: 'token-of-alice' }) });
    const { served, server } = await serve('modern', [
      {
        name: 'echo',
        answer: () => ({
          content: [{ type: 'text', text: JSON.stringify(served.requests.at(-1)?.headers) }],
        }),
      },
    ]);
    const reply = await clients.callTool(server, ALICE, { name: 'echo', arguments: {} }, signal());
    expect(JSON.stringify(valueOf(reply))).toContain('Bearer ****');
    expect(JSON.stringify(valueOf(reply))).not.toContain('token-of-alice');
  });

  test('a credential of digits is covered in numbers too, which are texts then, and other numbers stay', async () => {
    const { clients } = setUp({ credentials: own({ [ALICE.actor.id]: '100000' }) });
    const result = {
      content: [],
      structuredContent: { total: 1_000_000, rows: [-100_000, 5], 100_000: true },
    };
    const { server } = await serve('modern', [{ name: 'count', answer: () => result }]);
    const reply = await clients.callTool(server, ALICE, { name: 'count', arguments: {} }, signal());
    expect(valueOf(reply)).toMatchObject({
      result: { structuredContent: { total: '******0', rows: ['-******', 5], '******': true } },
    });
  });
});
