import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';
import type { ReceivedRequest } from './support/upstream.ts';

// A relayed server whose tools are followed: what it says to callers comes to be known of it.
const JSON_HEAD = { 'content-type': 'application/json' };
const PATH = '/mcp/acme/c/followed';

interface Listed {
  name: string;
  reads: boolean;
}

let harness: Harness;
/** What the server lists to everybody, and to who can be asked something. */
let tools: Listed[];
let forCapable: Listed[];

beforeAll(async () => {
  harness = await startHarness({ mcp: { times: { againMs: 20, freshSeconds: 3_600 } } });
  tools = [{ name: 'look', reads: true }];
  forCapable = [];
  const capable = new Set<string>();
  let sessions = 0;
  harness.upstream.answer((req, res) => {
    const { id, method, params } = parsed(req);
    if (req.method !== 'POST') return res.writeHead(405).end();
    const reply = (result: object, headers: object = {}) =>
      res.writeHead(200, { ...JSON_HEAD, ...headers }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    if (id === undefined) return res.writeHead(202).end();
    if (method === 'initialize') {
      sessions += 1;
      const session = `s${sessions}`;
      if (params?.capabilities?.sampling !== undefined) capable.add(session);
      return reply(
        {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'followed', version: '1' },
        },
        { 'mcp-session-id': session },
      );
    }
    if (method === 'tools/call') return reply({ content: [] });
    if (method !== 'tools/list') {
      const error = { code: -32601, message: 'Method not found' };
      return res.writeHead(404, JSON_HEAD).end(JSON.stringify({ jsonrpc: '2.0', id, error }));
    }
    const isCapable = capable.has(String(req.headers['mcp-session-id']));
    return reply({
      tools: [...tools, ...(isCapable ? forCapable : [])].map(({ name, reads }) => ({
        name,
        description: name,
        inputSchema: { type: 'object' },
        annotations: { readOnlyHint: reads },
      })),
    });
  });
  const published = await harness.publishMcp({
    orgId: harness.orgId('acme'),
    slug: 'followed',
    name: 'Followed',
    upstream: { transport: 'streamable-http', url: `${harness.upstream.baseUrl}/followed` },
  });
  if (!published.ok) throw new Error(published.error.message);
  harness.catalogues.invalidate(harness.orgId('acme'));
});
afterAll(() => harness.close());

function parsed({ body }: ReceivedRequest) {
  return (body.length === 0 ? {} : JSON.parse(body.toString())) as {
    id?: number;
    method?: string;
    params?: { capabilities?: { sampling?: object } };
  };
}

async function begin(bearer: Record<string, string>, capabilities: object): Promise<Record<string, string>> {
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  const { headers } = await harness.rpc(call('initialize', params), { path: PATH, headers: bearer });
  return { ...bearer, 'mcp-session-id': String(headers['mcp-session-id']) };
}

async function listed(headers: Record<string, string>): Promise<string[]> {
  // As the change feed would: what was published is looked at again.
  harness.catalogues.invalidate(harness.orgId('acme'));
  const { json } = await harness.rpc(call('tools/list'), { path: PATH, headers });
  return (json.result.tools as Listed[]).map(({ name }) => name).sort();
}

async function known(): Promise<{ inAll: string[]; here: string[] }> {
  const orgId = harness.orgId('acme');
  harness.catalogues.invalidate(orgId);
  const view = await harness.catalogues.of(orgId, 'member');
  const names = ({ tools: all }: { tools: readonly { name: string }[] }) =>
    all.map(({ name }) => name).sort();
  const connector = view.connectors.get('followed');
  if (connector === undefined) throw new Error('it is not published');
  return {
    inAll: names(view.toolSet).filter((name) => /look|ask|later|change/.test(name)),
    here: names(connector.toolSet),
  };
}

test('a server that nobody has heard of is asked for its tools before the first call is judged', async () => {
  tools = [
    { name: 'look', reads: true },
    { name: 'change', reads: false },
  ];
  const { bearer } = harness.caller();
  const answer = await harness.rpc(toolCall('change'), { path: PATH, headers: bearer });
  expect(answer.json.result).toEqual({ content: [] });
});

test('what it lists later comes to be known, and waits for an admin if it may write', async () => {
  const { bearer } = harness.caller();
  tools.push({ name: 'later_look', reads: true }, { name: 'later_change', reads: false });
  expect(await listed(bearer)).toEqual(['change', 'later_look', 'look']);
  await expect.poll(async () => (await known()).here).toEqual(['change', 'later_look', 'look']);
  const refused = await harness.rpc(toolCall('later_change'), { path: PATH, headers: bearer });
  expect(refused.text).toContain('There is no tool');
  const [waiting] = (await harness.store.toolRules.listWaiting(harness.orgId('acme'))).map(
    ({ tool }) => tool,
  );
  expect(waiting).toBe('later_change');
});

test('what it lists only to clients that it can ask something is known at its own URL, and nowhere else', async () => {
  forCapable = [
    { name: 'ask_look', reads: true },
    { name: 'ask_change', reads: false },
  ];
  const { bearer } = harness.caller();
  const able = await begin(bearer, { sampling: {} });
  expect(await listed(able)).toContain('ask_look');
  await expect
    .poll(async () =>
      (await harness.store.toolRules.listWaiting(harness.orgId('acme'))).map(({ tool }) => tool),
    )
    .toEqual(['ask_change', 'later_change']);
  await expect.poll(async () => (await known()).here).toContain('ask_look');
  expect((await known()).inAll).not.toContain('ask_look');

  // An admin has seen it: then it is offered to whom the server lists it.
  const orgId = harness.orgId('acme');
  const [connector] = await harness.store.connectors.listMcp();
  const approvedBy = newId('usr');
  if (connector === undefined) throw new Error('it is not published');
  expect(
    await harness.store.toolRules.approve({
      orgId,
      connectorId: connector.id,
      tool: 'ask_change',
      approvedBy,
    }),
  ).toBe(true);
  expect(await listed(able)).toContain('ask_change');
  expect(await listed(await begin(bearer, {}))).not.toContain('ask_change');
});
