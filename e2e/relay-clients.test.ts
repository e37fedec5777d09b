import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  EVERYTHING_PACKAGE_COMMAND,
  hasEverythingPackage,
  needsEverythingPackage,
  startEverythingPackage,
} from './support/everything-package.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

// A client that can do all that a server of 2025 may ask of one, and a server that asks for all of it.
const CAPABILITIES = { sampling: {}, elicitation: {}, roots: { listChanged: true } };
const SAMPLED = {
  role: 'assistant' as const,
  model: 'none',
  content: { type: 'text' as const, text: 'A haiku.' },
};
const ELICITED = { action: 'accept' as const, content: { name: 'Ada', check: true, integer: 7 } };
const ROOTS = { roots: [{ uri: 'file:///work', name: 'Work' }] };
const INFO = { name: 'relayed', version: '1.0.0' };

interface Talker {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(
    call: { name: string; arguments: Record<string, unknown> },
    onprogress?: (progress: number) => void,
  ): Promise<object>;
  client: Pick<
    ClientV1,
    | 'listPrompts'
    | 'getPrompt'
    | 'listResources'
    | 'listResourceTemplates'
    | 'readResource'
    | 'complete'
    | 'subscribeResource'
    | 'setLoggingLevel'
    | 'getServerCapabilities'
    | 'getInstructions'
    | 'ping'
    | 'close'
  >;
  /** The methods of the notifications that came. */
  heard: Set<string>;
  sessionId(): string | undefined;
  leave(): Promise<void>;
}

type Connect = (url: string, headers: Record<string, string>) => Promise<Talker>;

const v1: Connect = async (url, headers): Promise<Talker> => {
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES });
  const heard = new Set<string>();
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ method }) => void heard.add(method));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ method }) => void heard.add(method));
  const transport = new TransportV1(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return {
    client: client as unknown as Talker['client'],
    heard,
    listTools: () => client.listTools(),
    callTool: (call, onprogress) =>
      client.callTool(call, undefined, onprogress && { onprogress: ({ progress }) => onprogress(progress) }),
    sessionId: () => transport.sessionId,
    leave: () => transport.terminateSession(),
  };
};

const v2 =
  (mode: 'auto' | 'legacy'): Connect =>
  async (url, headers) => {
    const client = new ClientV2(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode } });
    const heard = new Set<string>();
    client.setRequestHandler('sampling/createMessage', () => SAMPLED);
    client.setRequestHandler('elicitation/create', () => ELICITED);
    client.setRequestHandler('roots/list', () => ROOTS);
    client.setNotificationHandler('notifications/message', ({ method }) => void heard.add(method));
    client.setNotificationHandler('notifications/resources/updated', ({ method }) => void heard.add(method));
    const transport = new TransportV2(new URL(url), { requestInit: { headers } });
    await client.connect(transport);
    return {
      client: client as unknown as Talker['client'],
      heard,
      listTools: () => client.listTools(),
      callTool: (call, onprogress) =>
        client.callTool(call, onprogress && { onprogress: ({ progress }) => onprogress(progress) }),
      sessionId: () => transport.sessionId,
      leave: () => transport.terminateSession(),
    };
  };

const CLIENTS: readonly (readonly [string, Connect])[] = [
  ['SDK v1', v1],
  ['SDK v2 (legacy)', v2('legacy')],
  ['SDK v2 (auto)', v2('auto')],
];
/** By connector: how its server is reached. */
const WAYS = [
  ['everything', 'Streamable HTTP'],
  ['everything-stdio', 'stdio'],
  ['everything-sse', 'HTTP+SSE'],
] as const;

const SAID = ['2025-11-25 initialize', '2025-11-25 tools/call', '2025-11-25 resources/subscribe'];

let world: World;
let server: Awaited<ReturnType<typeof startEverythingPackage>>;
let sse: Awaited<ReturnType<typeof startEverythingPackage>>;
let full: Record<string, string>;
let read: Record<string, string>;
beforeAll(async () => {
  if (!hasEverythingPackage()) return;
  server = await startEverythingPackage();
  sse = await startEverythingPackage('sse');
  world = await openWorld();
  const source = { url: server.url, capabilities: CAPABILITIES };
  await world.publishMcp('acme', { ...source, slug: 'everything' });
  await world.publishMcp('acme', {
    ...source,
    slug: 'everything-stdio',
    upstream: EVERYTHING_PACKAGE_COMMAND,
  });
  await world.publishMcp('acme', {
    ...source,
    slug: 'everything-sse',
    upstream: { transport: 'sse', url: sse.url },
  });
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  const keyOf = async (access: 'read' | 'full') => {
    const { secret } = await portal.createAgent({ name: `Agent ${access}`, role: 'member', access });
    return { authorization: `Bearer ${secret}` };
  };
  full = await keyOf('full');
  read = await keyOf('read');
});
beforeEach(needsEverythingPackage);
afterAll(async () => {
  await world?.close();
  await server?.close();
  await sse?.close();
});

/** What becomes of who leaves a session once more. */
async function leaveAgain(url: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(url, { method: 'DELETE', headers });
  await answer.text();
  return answer.status;
}

const path = (slug = 'everything'): string => `${world.url}/mcp/acme/c/${slug}`;
const textOf = (outcome: object): string => JSON.stringify(outcome);

test.for(
  CLIENTS.flatMap(([name, connect]) => WAYS.map(([slug, way]) => [name, way, slug, connect] as const)),
)(
  '%s does with a server behind the relay, by %s, what it does with the server',
  async ([name, , slug, connect]) => {
    const start = world.wire.length();
    const direct = await connect(server.url, {});
    const relayed = await connect(path(slug), full);
    const { client, heard } = relayed;
    const namesOf = ({ tools }: { tools: { name: string }[] }) => tools.map(({ name }) => name);

    expect(client.getServerCapabilities()).toEqual(direct.client.getServerCapabilities());
    expect(client.getInstructions()).toBe(direct.client.getInstructions());
    // The tools of those who can do something for the server come with its first look at the client.
    await expect.poll(async () => namesOf(await direct.listTools())).toContain('get-roots-list');
    await expect.poll(async () => namesOf(await relayed.listTools())).toContain('get-roots-list');
    await expect.poll(async () => relayed.listTools(), {}).toEqual(await direct.listTools());
    expect(await client.listPrompts()).toEqual(await direct.client.listPrompts());
    expect(await client.listResources()).toEqual(await direct.client.listResources());
    expect(await client.listResourceTemplates()).toEqual(await direct.client.listResourceTemplates());

    for (const call of [
      { name: 'echo', arguments: { message: 'Grüße 👋' } },
      { name: 'get-structured-content', arguments: { location: 'Chicago' } },
      { name: 'get-tiny-image', arguments: {} },
      { name: 'get-resource-links', arguments: { count: 2 } },
      { name: 'get-sum', arguments: { a: 'no number', b: 1 } },
    ])
      expect(await relayed.callTool(call)).toEqual(await direct.callTool(call));

    const { resources } = await client.listResources();
    const [{ uri } = { uri: '' }] = resources;
    expect(await client.readResource({ uri })).toEqual(await direct.client.readResource({ uri }));
    const prompt = { name: 'args-prompt', arguments: { city: 'Bonn' } };
    expect(await client.getPrompt(prompt)).toEqual(await direct.client.getPrompt(prompt));
    const completion = {
      ref: { type: 'ref/prompt' as const, name: 'completable-prompt' },
      argument: { name: 'department', value: 'E' },
    };
    expect(await client.complete(completion)).toEqual(await direct.client.complete(completion));
    await client.ping();

    // What the server asks in the middle of a call.
    expect(
      textOf(await relayed.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'x' } })),
    ).toContain('A haiku.');
    expect(textOf(await relayed.callTool({ name: 'trigger-elicitation-request', arguments: {} }))).toContain(
      'Ada',
    );
    expect(textOf(await relayed.callTool({ name: 'get-roots-list', arguments: {} }))).toContain(
      'file:///work',
    );
    const progress: number[] = [];
    await relayed.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
      (step) => progress.push(step),
    );
    expect(progress).toEqual([1, 2, 3, 4]);

    // What the server says on a stream of its own.
    await client.setLoggingLevel('debug');
    await relayed.callTool({ name: 'toggle-simulated-logging', arguments: {} });
    await client.subscribeResource({ uri });
    await relayed.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
    await expect
      .poll(() => [...heard].sort())
      .toEqual(['notifications/message', 'notifications/resources/updated']);

    // The session is known by another name, and ends when the client says so.
    const sessionId = relayed.sessionId() ?? '';
    expect(sessionId).not.toMatch(/^[0-9a-f-]{36}$/);
    await relayed.leave();
    const directId = direct.sessionId() ?? '';
    await direct.leave();
    const after = [
      await leaveAgain(path(slug), { ...full, 'mcp-session-id': sessionId }),
      await leaveAgain(server.url, { 'mcp-session-id': directId }),
    ];
    // A session that we keep ourselves ends in the words of the standard.
    expect(after).toEqual([slug === 'everything' ? after[1] : 404, after[1]]);
    expect(after[1]).toBeGreaterThanOrEqual(400);
    await client.close();
    await direct.client.close();
    // Asked whether it speaks the newest revision, this server says no with an id of null, which the schema has not.
    const said = name === 'SDK v2 (auto)' ? SAID : world.wire.expectValidMessages(start);
    expect(said).toEqual(expect.arrayContaining(SAID));
  },
);

test('who may only read sees and calls what only reads', async () => {
  const { callTool, client, listTools } = await v1(path(), read);
  await expect
    .poll(async () => (await listTools()).tools.map(({ name }) => name))
    .toContain('get-roots-list');
  const { tools } = await listTools();
  expect(
    tools.map((tool) => (tool as { annotations?: { readOnlyHint?: boolean } }).annotations?.readOnlyHint),
  ).not.toContain(false);
  expect(textOf(await callTool({ name: 'toggle-simulated-logging', arguments: {} }))).toContain(
    'There is no tool',
  );
  expect(textOf(await callTool({ name: 'echo', arguments: { message: 'hi' } }))).toContain('hi');
  await client.close();
});

test('who loses its connection in the middle of a call hears the rest of the answer', async () => {
  const headers = {
    ...full,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  };
  const initialize = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: INFO,
  };
  const post = (message: object, more: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(path(), {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      ...(signal === undefined ? {} : { signal }),
    });
  const begun = await post({ id: 1, method: 'initialize', params: initialize });
  await begun.text();
  const session = {
    'mcp-session-id': begun.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  };
  await post({ method: 'notifications/initialized' }, session);

  const leaving = new AbortController();
  const params = { name: 'trigger-long-running-operation', arguments: { duration: 5, steps: 2 } };
  const called = await post({ id: 2, method: 'tools/call', params }, session, leaving.signal);
  const reader = called.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  const lastEventId = /^id: (\S+)$/m.exec(first)?.[1] ?? '';
  expect(lastEventId).not.toBe('');
  expect(first).not.toContain('completed');
  leaving.abort();
  // The server keeps what it says meanwhile. It does not go on with a stream that is resumed before it is over.
  const longer = { name: params.name, arguments: { duration: 8, steps: 1 } };
  await (await post({ id: 3, method: 'tools/call', params: longer }, session)).text();

  const resumed = await fetch(path(), {
    headers: { ...full, ...session, accept: 'text/event-stream', 'last-event-id': lastEventId },
  });
  expect(resumed.status).toBe(200);
  let rest = '';
  for await (const chunk of resumed.body ?? []) {
    rest += Buffer.from(chunk).toString();
    if (rest.includes('completed')) break;
  }
  expect(rest).toContain('"id":2');
});
