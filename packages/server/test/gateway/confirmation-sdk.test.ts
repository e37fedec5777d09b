import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setRule } from './support/confirmations.ts';
import { startHarness, type Harness } from './support/harness.ts';

// Libraries that we have not written ask their person, and call again by themselves.
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
  await setRule(harness, 'delete_item', { connectorId: harness.connectorId, confirmation: 'Go on?' });
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
});

const INFO = { name: 'test', version: '1' };
const CALL = { name: 'delete_item', arguments: { id: 'i1' } };
const target = () => ({
  url: new URL('/mcp/acme', harness.url),
  options: { requestInit: { headers: harness.caller({ kind: 'token' }).bearer } },
});

test.each([
  ['agrees', { action: 'accept', content: { confirm: true } }, 1],
  ['does not tick', { action: 'accept', content: { confirm: false } }, 0],
  ['declines', { action: 'decline' }, 0],
  ['closes the question', { action: 'cancel' }, 0],
] as const)('the SDK v2 client shows the question to its person, who %s', async (_, said, calls) => {
  const { options, url } = target();
  const client = new Client(INFO, {
    versionNegotiation: { mode: 'auto' },
    capabilities: { elicitation: { form: {} } },
  });
  const shown: string[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    shown.push(params.message);
    return said.action === 'accept' ? { action: said.action, content: { ...said.content } } : { ...said };
  });
  await client.connect(new StreamableHTTPClientTransport(url, options));
  const result = await client.callTool(CALL);
  expect(shown).toEqual(['Go on?\n\nTool: Delete an item (delete_item) of Items\nArguments:\n- id: "i1"']);
  expect(result.isError === true).toBe(calls === 0);
  expect(harness.upstream.received).toHaveLength(calls);
  await client.close();
});

test('the SDK v2 client without forms gets a code, and gives it back as an argument that the list has', async () => {
  const { options, url } = target();
  const client = new Client(INFO, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(url, options));
  const { tools } = await client.listTools();
  expect(tools.find(({ name }) => name === CALL.name)?.inputSchema.properties).toHaveProperty('_confirm');
  const code = codeOf((await client.callTool(CALL)).structuredContent);
  expect(harness.upstream.received).toEqual([]);
  const done = await client.callTool({ ...CALL, arguments: { ...CALL.arguments, _confirm: code } });
  expect(done.isError).not.toBe(true);
  expect(harness.upstream.received).toHaveLength(1);
  await client.close();
});

test('the SDK v1 client gets a code, also if it could show forms in its sessions', async () => {
  const { options, url } = target();
  const client = new ClientV1(INFO, { capabilities: { elicitation: {} } });
  await client.connect(new TransportV1(url, options));
  const { tools } = await client.listTools();
  expect(tools.find(({ name }) => name === CALL.name)?.inputSchema.properties).toHaveProperty('_confirm');
  const code = codeOf((await client.callTool(CALL))['structuredContent']);
  expect(harness.upstream.received).toEqual([]);
  const done = await client.callTool({ ...CALL, arguments: { ...CALL.arguments, _confirm: code } });
  expect(done['isError']).not.toBe(true);
  expect(harness.upstream.received).toHaveLength(1);
  await client.close();
});

function codeOf(structuredContent: unknown): string {
  return (structuredContent as { confirmation_code: string }).confirmation_code;
}
