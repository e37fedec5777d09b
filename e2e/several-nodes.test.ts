import { createRequire } from 'node:module';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  NODES_SECRET,
  startSecondNode,
  type SecondNode,
} from '../packages/server/test/support/second-node.ts';
import { connectAiSdk, needsAiSdk } from './support/ai-sdk.ts';
import { createComputer } from './support/computer.ts';
import { readOutcome } from './support/mcp-app.ts';
import { ALL_TOOLS } from './support/organisations.ts';
import { needsClient } from './support/other-clients.ts';
import { portalOf } from './support/portal.ts';
import { startRoundRobin } from './support/round-robin.ts';
import { openWorld, type World } from './support/world.ts';

// Old clients, whose sessions are on one node, behind a load balancer that sends every request to another than the last.
const MCP_REMOTE = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');
const SSE = '/mcp/acme/sse';
const ROUNDS = 10;

let world: World;
let second: SecondNode;
let key: string;
let balancer: Awaited<ReturnType<typeof startRoundRobin>>;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode(world);
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  key = (await portal.createAgent({ name: 'Old', role: 'member', access: 'full' })).secret;
});
afterAll(async () => {
  await second.close();
  await world.close();
});
beforeEach(async () => {
  balancer = await startRoundRobin([world.url, second.url]);
});
afterEach(() => balancer.close());

/** The nodes at which messages for one and the same session were taken. Throws if anything else went wrong. */
function nodesOfSession(): string[] {
  const failed = balancer.lines.filter((line) => !/ 20[02]$/.test(line));
  if (failed.length > 0) throw new Error(failed.join(', '));
  const posted = balancer.lines.map((line) => /^(\d): POST .*sessionId=(\S+) 202$/.exec(line) ?? []);
  const taken = posted.filter(([line]) => line !== undefined);
  if (new Set(taken.map(([, , id]) => id)).size !== 1) throw new Error('not one session was posted to');
  return [...new Set(taken.map(([, node = '']) => node))].toSorted((a, b) => (a < b ? -1 : 1));
}

async function useApp(transport: Transport): Promise<void> {
  const client = new Client({ name: 'Desktop app', version: '1.0.0' });
  try {
    await client.connect(transport);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name).sort()).toEqual(ALL_TOOLS);
      const called = await client.callTool({ name: 'get_credit_balance', arguments: {} });
      expect(readOutcome(called)).toMatchObject({ failed: false, said: { balance: 250 } });
    }
  } finally {
    await client.close();
  }
}

async function useBridge(args: readonly string[]): Promise<void> {
  const { env, home } = await createComputer(world);
  const command = { command: process.execPath, args: [...args] };
  await useApp(
    new StdioClientTransport({
      ...command,
      env: { ...env, MCP_REMOTE_CONFIG_DIR: home },
      stderr: 'ignore',
    }),
  );
}

test('the SSE client of SDK v1 lists and calls on two nodes by turns', async () => {
  const requestInit = { headers: { 'X-API-Key': key } };
  await useApp(new SSEClientTransport(new URL(balancer.url + SSE), { requestInit }));
  expect(nodesOfSession()).toEqual(['0', '1']);
});

test('supergateway, whose SDK is of 2024, lists and calls on two nodes by turns', async (context) => {
  const program = needsClient(context, 'supergateway/dist/index.js');
  const header = ['--header', `X-API-Key: ${key}`];
  await useBridge([program, '--sse', balancer.url + SSE, ...header, '--logLevel', 'none']);
  expect(nodesOfSession()).toEqual(['0', '1']);
});

test('mcp-remote with --transport sse-only lists and calls on two nodes by turns', async () => {
  const header = ['--header', `X-API-Key:${key}`];
  await useBridge([MCP_REMOTE, balancer.url + SSE, ...header, '--transport', 'sse-only', '--allow-http']);
  expect(nodesOfSession()).toEqual(['0', '1']);
});

test('@ai-sdk/mcp over sse lists and calls on two nodes by turns', async (context) => {
  const sdk = await needsAiSdk(context);
  const headers = { 'X-API-Key': key };
  const app = await connectAiSdk(sdk, { type: 'sse', url: balancer.url + SSE, headers });
  expect(app.toolNames).toEqual(ALL_TOOLS);
  for (let round = 0; round < ROUNDS; round += 1)
    expect(await app.call('get_credit_balance')).toMatchObject({ failed: false, said: { balance: 250 } });
  await app.close();
  expect(nodesOfSession()).toEqual(['0', '1']);
});
