import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { needsNewerNode } from './support/conformance.ts';
import { readOutcome } from './support/mcp-app.ts';
import { ALL_TOOLS } from './support/organisations.ts';
import { needsClient } from './support/other-clients.ts';
import { portalOf } from './support/portal.ts';
import { startRecordingProxy } from './support/recording-proxy.ts';
import { openWorld, type World } from './support/world.ts';

// Programs of others, as they are, each with an agent's key. Every message of both sides is held against the schema.
const MCP_REMOTE = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');
const SSE = '/mcp/acme/sse';

// The API's answer, as the text that every client shows.
const BALANCE = { content: [{ type: 'text', text: expect.stringContaining('"balance":250') }] };

let world: World;
let key: string;
let proxy: Awaited<ReturnType<typeof startRecordingProxy>>;
let home: string;
beforeAll(async () => {
  world = await openWorld();
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  key = (await portal.createAgent({ name: 'Others', role: 'member', access: 'full' })).secret;
});
afterAll(() => world.close());
beforeEach(async () => {
  proxy = await startRecordingProxy(world.url);
  home = await mkdtemp(join(tmpdir(), 'latchkey-others-'));
});
afterEach(async () => {
  await proxy.close();
  await rm(home, { recursive: true, force: true });
});

/** A program that serves a desktop app on its standard input and output. */
async function useBridge(args: readonly string[]) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...args],
    env: { PATH: dirname(process.execPath), HOME: home, MCP_REMOTE_CONFIG_DIR: home },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'Desktop app', version: '1.0.0' });
  onTestFinished(() => client.close());
  await client.connect(transport);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual(ALL_TOOLS);
  const balance = readOutcome(await client.callTool({ name: 'get_credit_balance', arguments: {} }));
  expect(balance).toMatchObject({ failed: false, said: { balance: 250 } });
  await client.close();
}

test('supergateway, whose SDK knows 2024-11-05 alone, lists and calls over HTTP+SSE', async (context) => {
  const program = needsClient(context, 'supergateway/dist/index.js');
  await useBridge([program, '--sse', proxy.url + SSE, '--header', `X-API-Key: ${key}`, '--logLevel', 'none']);
  expect(proxy.expectValidMessages('2024-11-05')).toEqual(
    expect.arrayContaining(['initialize', 'tools/list', 'tools/call']),
  );
  expect(proxy.lines).toEqual(expect.arrayContaining([`GET ${SSE} 200`, 'POST /mcp/acme/messages 202']));
});

test.each([
  ['sse-only', 'POST /mcp/acme/messages 202'],
  ['sse-first', 'POST /mcp/acme/messages 202'],
  ['http-only', `POST ${SSE} 200`],
  ['http-first', `POST ${SSE} 200`],
])('mcp-remote with --transport %s lists and calls at the one URL', async (transport, line) => {
  const header = ['--header', `X-API-Key:${key}`];
  await useBridge([MCP_REMOTE, proxy.url + SSE, ...header, '--transport', transport, '--allow-http']);
  expect(proxy.lines).toContain(line);
  expect(proxy.expectValidMessages('2025-11-25')).toEqual(
    expect.arrayContaining(['initialize', 'tools/list', 'tools/call']),
  );
});

describe.each(['http', 'sse'] as const)('@ai-sdk/mcp over %s', (type) => {
  test('lists and calls at the one URL', async (context) => {
    const path = needsClient(context, '@ai-sdk/mcp/dist/index.mjs');
    const { createMCPClient } = (await import(pathToFileURL(path).href)) as {
      createMCPClient(config: object): Promise<{
        tools(): Promise<Record<string, { execute(input: object, options: object): Promise<unknown> }>>;
        close(): Promise<void>;
      }>;
    };
    const transport = { type, url: proxy.url + SSE, headers: { 'X-API-Key': key } };
    const client = await createMCPClient({ transport });
    const tools = await client.tools();
    expect(Object.keys(tools).sort()).toEqual(ALL_TOOLS);
    const called = await tools['get_credit_balance']?.execute({}, { toolCallId: '1', messages: [] });
    expect(called).toMatchObject(BALANCE);
    await client.close();
    expect(proxy.lines).toContain(type === 'sse' ? 'POST /mcp/acme/messages 202' : `POST ${SSE} 200`);
    expect(proxy.expectValidMessages('2025-11-25')).toContain('tools/call');
  });
});

test.for([
  ['http', 'legacy', '2025-11-25'],
  ['http', 'modern', '2026-07-28'],
  ['sse', 'legacy', '2025-11-25'],
] as const)('the Inspector over %s, era %s, lists and calls', async ([transport, era, revision], context) => {
  const program = needsClient(context, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
  const node = needsNewerNode(context);
  const inspect = async (...args: readonly string[]) => {
    const { stdout } = await promisify(execFile)(
      node,
      [
        program,
        '--cli',
        proxy.url + SSE,
        '--transport',
        transport,
        '--protocol-era',
        era,
        '--header',
        `X-API-Key: ${key}`,
        ...args,
      ],
      { env: { PATH: dirname(node), HOME: home } },
    );
    return JSON.parse(stdout) as unknown;
  };
  const { tools } = z
    .object({ tools: z.array(z.object({ name: z.string() })) })
    .parse(await inspect('--method', 'tools/list'));
  expect(tools.map(({ name }) => name).sort()).toEqual(ALL_TOOLS);
  const called = await inspect('--method', 'tools/call', '--tool-name', 'get_credit_balance');
  expect(called).toMatchObject(BALANCE);
  expect(proxy.expectValidMessages(revision)).toEqual(expect.arrayContaining(['tools/list', 'tools/call']));
});
