import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { startUpstream } from '../packages/server/test/gateway/support/upstream.ts';
import { bigDocument } from '../packages/server/test/gateway/support/big-document.ts';
import { corpusDocument } from '../packages/tools/test/corpus.ts';
import type { McpApp } from './support/mcp-app.ts';
import { sdkV2Auto } from './support/sdk-v2.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

// A real client on catalogues that no model could read whole: it finds, looks closer, calls, and is held to its access.

let world: World;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
beforeAll(async () => {
  world = await openWorld();
  upstream = await startUpstream();
  await world.publish('acme', {
    slug: 'registry',
    name: 'Registry',
    baseUrl: upstream.baseUrl,
    document: bigDocument(),
  });
});
afterAll(async () => {
  await world.close();
  await upstream.close();
});

const connect = (path: string, access: 'read' | 'full' = 'full') =>
  sdkV2Auto.connect(world, { email: 'owner@acme.test', access, clientName: `Searcher at ${path}`, path });
const namesOf = async (app: McpApp) => (await app.tools()).map(({ name }) => name);
const found = async (app: McpApp, query: string) => {
  const { said } = await app.call('search_tools', { query });
  return (said['tools'] as { name: string; access: string }[]).map(({ name }) => name);
};

test('400 tools are four; one is found, described and called, and the upstream gets the call', async () => {
  const app = await connect('/mcp/acme/c/registry');
  expect(await namesOf(app)).toEqual(['search_tools', 'describe_tools', 'call_read_tool', 'call_write_tool']);
  const [name = ''] = await found(app, 'register a new vehicle');
  expect(name).toBe('create_vehicle');
  const { said } = await app.call('describe_tools', { names: [name] });
  expect(said['tools']).toMatchObject([
    { name, call_with: 'call_write_tool', inputSchema: { required: ['name'] } },
  ]);
  const called = await app.call('call_write_tool', { name, arguments: { name: 'Herbie' } });
  expect(called).toMatchObject({ failed: false, said: { ok: true } });
  expect(upstream.received.at(-1)).toMatchObject({ method: 'POST', url: '/v1/vehicles' });
  expect(JSON.parse(upstream.received.at(-1)?.body.toString() ?? '')).toEqual({ name: 'Herbie' });
  expect(app.complaints).toEqual([]);
  await app.close();
});

test('with read-only access the same app finds nothing that writes, and is asked for more when it tries', async () => {
  const app = await connect('/mcp/acme/c/registry', 'read');
  expect(await namesOf(app)).toEqual(['search_tools', 'describe_tools', 'call_read_tool']);
  expect(await found(app, 'register a new vehicle')).not.toContain('create_vehicle');
  const before = upstream.received.length;
  await expect(
    app.call('call_write_tool', { name: 'create_vehicle', arguments: { name: 'x' } }),
  ).rejects.toThrow(/insufficient_scope|scope|Unauthorized/i);
  expect(upstream.received.length).toBe(before);
  await app.close();
});

test('at the URL of a toolset the same tools are few enough to be listed', async () => {
  const app = await connect('/mcp/acme/t/vehicle-matters');
  const names = await namesOf(app);
  expect(names).toHaveLength(50);
  expect(names).toContain('create_vehicle');
  expect(names).not.toContain('search_tools');
  expect(await app.call('list_vehicles')).toMatchObject({ failed: false });
  await app.close();
});

test('the whole organisation is searched at once, the demo’s own API with it', async () => {
  const app = await connect('/mcp/acme');
  expect(await found(app, 'how many credits are left')).toContain('get_credit_balance');
  expect(await app.call('call_read_tool', { name: 'get_credit_balance' })).toMatchObject({
    said: { balance: 250 },
  });
  await app.close();
});

test('the API of GitHub: one question, one call, of 1,185 tools', async (ctx: TestContext) => {
  const { bytes } = corpusDocument('github', ctx);
  await world.publish('acme', { slug: 'github', name: 'GitHub', baseUrl: upstream.baseUrl, document: bytes });
  const app = await connect('/mcp/acme/c/github');
  expect(await namesOf(app)).toHaveLength(4);
  expect(await found(app, 'open a new issue in a repository')).toContain('issues_create');
  const call = { name: 'issues_create', arguments: { owner: 'octo', repo: 'cat', title: 'It broke' } };
  expect(await app.call('call_write_tool', call)).toMatchObject({ failed: false });
  expect(upstream.received.at(-1)).toMatchObject({ method: 'POST', url: '/v1/repos/octo/cat/issues' });
  await app.close();

  const pulls = await connect('/mcp/acme/t/licenses', 'read');
  expect(await namesOf(pulls)).toEqual(expect.arrayContaining(['licenses_get_all_commonly_used']));
  await pulls.close();
});

expectValidMessagesIn(() => world, '2026-07-28 tools/list', '2026-07-28 tools/call');
