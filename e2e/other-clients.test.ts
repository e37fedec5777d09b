import { createRequire } from 'node:module';
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connectAiSdk, needsAiSdk } from './support/ai-sdk.ts';
import { createComputer } from './support/computer.ts';
import { createInspector } from './support/inspector.ts';
import { readOutcome } from './support/mcp-app.ts';
import { createMcpc } from './support/mcpc.ts';
import { ALL_TOOLS } from './support/organisations.ts';
import { needsClient } from './support/other-clients.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

// Programs of others, as they are, each with an agent's key. Every message of both sides is held against the schema.
const MCP_REMOTE = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');
const SSE = '/mcp/acme/sse';
const POSTED_TO_SESSION = 'POST /mcp/acme/messages 202';
const BALANCE = { failed: false, said: { balance: 250 } };

let world: World;
let key: string;
let start: number;
beforeAll(async () => {
  world = await openWorld();
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  key = (await portal.createAgent({ name: 'Others', role: 'member', access: 'full' })).secret;
});
afterAll(() => world.close());
beforeEach(() => {
  start = world.wire.length();
});

const lines = () => world.wire.lines(start);

/** All that was said since this test began is of `revision`, and these were asked. */
function expectValidMessages(revision: string, ...methods: readonly string[]): void {
  const found = world.wire.expectValidMessages(start);
  expect([...new Set(found.map((line) => line.split(' ')[0]))]).toEqual([revision]);
  expect(found).toEqual(expect.arrayContaining(methods.map((method) => `${revision} ${method}`)));
}

/** An app on the SDK that knows one revision of before 2026 and no other. */
async function useApp(revision: string, transport: Transport) {
  const client = new Client(
    { name: 'Desktop app', version: '1.0.0' },
    { supportedProtocolVersions: [revision], versionNegotiation: { mode: 'legacy' } },
  );
  onTestFinished(() => client.close());
  await client.connect(transport);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual(ALL_TOOLS);
  const balance = readOutcome(await client.callTool({ name: 'get_credit_balance', arguments: {} }));
  expect(balance).toMatchObject(BALANCE);
  await client.close();
  expectValidMessages(revision, 'initialize', 'notifications/initialized', 'tools/list', 'tools/call');
}

/** The same behind a program that serves it on its standard input and output. */
async function useBridge(revision: string, args: readonly string[]) {
  const { env, home } = await createComputer(world);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...args],
    env: { ...env, MCP_REMOTE_CONFIG_DIR: home },
    stderr: 'ignore',
  });
  await useApp(revision, transport);
}

describe.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('an app of %s', (revision) => {
  test.each([
    ['Streamable HTTP', StreamableHTTPClientTransport, `POST ${SSE} 200`],
    ['HTTP+SSE', SSEClientTransport, POSTED_TO_SESSION],
  ])('lists and calls over %s', async (_name, OwnTransport, line) => {
    const requestInit = { headers: { 'X-API-Key': key } };
    await useApp(revision, new OwnTransport(new URL(world.url + SSE), { requestInit }));
    expect(lines()).toContain(line);
  });

  test('lists and calls behind supergateway, whose SDK is of 2024, over HTTP+SSE', async (context) => {
    const program = needsClient(context, 'supergateway/dist/index.js');
    const header = ['--header', `X-API-Key: ${key}`];
    await useBridge(revision, [program, '--sse', world.url + SSE, ...header, '--logLevel', 'none']);
    expect(lines()).toContain(POSTED_TO_SESSION);
  });
});

test.each([
  ['sse-only', POSTED_TO_SESSION],
  ['sse-first', POSTED_TO_SESSION],
  ['http-only', `POST ${SSE} 200`],
  ['http-first', `POST ${SSE} 200`],
])('mcp-remote with --transport %s lists and calls at the one URL', async (transport, line) => {
  const header = ['--header', `X-API-Key:${key}`];
  const args = [MCP_REMOTE, world.url + SSE, ...header, '--transport', transport, '--allow-http'];
  await useBridge('2025-11-25', args);
  expect(lines()).toContain(line);
});

describe.each([
  ['http', `POST ${SSE} 200`],
  ['sse', POSTED_TO_SESSION],
])('@ai-sdk/mcp over %s', (type, line) => {
  test('lists and calls at the one URL', async (context) => {
    const sdk = await needsAiSdk(context);
    const headers = { 'X-API-Key': key };
    const app = await connectAiSdk(sdk, { type, url: world.url + SSE, headers });
    expect(app.toolNames).toEqual(ALL_TOOLS);
    expect(await app.call('get_credit_balance')).toMatchObject(BALANCE);
    await app.close();
    expect(lines()).toContain(line);
    expectValidMessages('2025-11-25', 'initialize', 'tools/list', 'tools/call');
  });
});

test.for([
  ['http', 'legacy', '2025-11-25'],
  ['http', 'modern', '2026-07-28'],
  ['sse', 'legacy', '2025-11-25'],
] as const)('the Inspector over %s, era %s, lists and calls', async ([transport, era, revision], context) => {
  const inspector = await createInspector(context, world);
  const header = ['--header', `X-API-Key: ${key}`];
  const flags = [world.url + SSE, '--transport', transport, '--protocol-era', era, ...header];
  expect(await inspector.toolNames(...flags)).toEqual(ALL_TOOLS);
  expect(await inspector.call(flags, 'get_credit_balance')).toMatchObject(BALANCE);
  expectValidMessages(revision, 'tools/list', 'tools/call');
});

test('mcpc lists and calls', async (context) => {
  const mcpc = await createMcpc(context, world);
  await mcpc.command('connect', world.url + SSE, '@key', '--header', `X-API-Key: ${key}`);
  expect(await mcpc.toolNames('@key')).toEqual(ALL_TOOLS);
  expect(await mcpc.call('@key', 'get_credit_balance')).toMatchObject(BALANCE);
  const made = await mcpc.call('@key', 'create_bundle', 'title:=By mcpc');
  expect(made).toMatchObject({ failed: false, said: { title: 'By mcpc' } });
  expect(mcpc.browser.opened).toEqual([]);
  expectValidMessages('2025-11-25', 'initialize', 'tools/list', 'tools/call');
});
