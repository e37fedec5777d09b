import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"balance":250}');
  });
});
afterAll(() => harness.close());

const INFO = { name: 'test', version: '1' };
const addresses = ['/mcp', '/mcp/acme', '/mcp/acme/sse', '/mcp/acme/c/items'];

function target(path: string, access: 'read' | 'full' = 'full') {
  const { bearer } = harness.caller({ kind: 'token', access });
  return { url: new URL(path, harness.url), options: { requestInit: { headers: bearer } } };
}

/** What any client must be able to do, whatever it is built with. */
async function tour(client: {
  listTools(): Promise<{ tools: { name: string; title?: string | undefined }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
}) {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual([
    'create_item',
    'delete_item',
    'get_credits',
    'get_item',
    'list_items',
  ]);
  expect(tools.find(({ name }) => name === 'get_credits')?.title).toBe('Get the credit balance');
  const good = await client.callTool({ name: 'get_credits', arguments: {} });
  expect(good['content']).toEqual([{ type: 'text', text: '{"balance":250}' }]);
  const bad = await client.callTool({ name: 'create_item', arguments: { count: 'many' } });
  expect(bad['isError']).toBe(true);
}

describe.each(addresses)('at %s', (path) => {
  test('the SDK v1 client connects, lists and calls', async () => {
    const { options, url } = target(path);
    const client = new ClientV1(INFO);
    const transport = new TransportV1(url, options);
    await client.connect(transport);
    expect(transport.protocolVersion).toBe('2025-11-25');
    await client.ping();
    await tour(client);
    await client.close();
  });

  test.each([
    ['legacy', { mode: 'legacy' } as const, 'legacy', '2025-11-25'],
    ['auto', { mode: 'auto' } as const, 'modern', '2026-07-28'],
    ['pinned', { mode: { pin: '2026-07-28' } } as const, 'modern', '2026-07-28'],
  ])('the SDK v2 client (%s) connects, lists and calls', async (_, versionNegotiation, era, version) => {
    const { options, url } = target(path);
    const client = new ClientV2(INFO, { versionNegotiation });
    await client.connect(new TransportV2(url, options));
    expect([client.getProtocolEra(), client.getNegotiatedProtocolVersion()]).toEqual([era, version]);
    expect(client.getServerVersion()?.name).toBe('latchkey');
    await tour(client);
    await client.close();
  });
});

test('both clients learn that read-only access does not reach a write', async () => {
  const v1 = new ClientV1(INFO);
  const first = target('/mcp/acme', 'read');
  await v1.connect(new TransportV1(first.url, first.options));
  expect((await v1.listTools()).tools.map(({ name }) => name)).not.toContain('create_item');
  await expect(v1.callTool({ name: 'create_item', arguments: { name: 'x' } })).rejects.toThrow(
    /insufficient_scope/,
  );
  await v1.close();

  const v2 = new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } });
  const second = target('/mcp/acme', 'read');
  await v2.connect(new TransportV2(second.url, second.options));
  expect((await v2.listTools()).tools.map(({ name }) => name)).not.toContain('create_item');
  await expect(v2.callTool({ name: 'create_item', arguments: { name: 'x' } })).rejects.toThrow(
    /insufficient_scope|scope/i,
  );
  await v2.close();
});
