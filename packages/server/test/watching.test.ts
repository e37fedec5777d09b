import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, rpc, type Connection } from './support/oauth-client.ts';

// The whole service: what is called at the door is sealed and counted by itself, and read in the portal.
let demo: RunningDemo;
let owner: Connection;
beforeAll(async () => {
  demo = await startDemo();
  owner = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
});
afterAll(() => demo.close());

async function read(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${demo.url}/portal/v1/organisations/acme${path}`, {
    headers: { cookie: owner.person.cookieHeader(), origin: demo.url },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function call(name: string, given: object): Promise<void> {
  const bearer = { authorization: `Bearer ${owner.tokens.access_token}` };
  const answer = await rpc(`${demo.url}/mcp/acme`, bearer, 'tools/call', { name, arguments: given });
  expect(answer.status).toBe(200);
}

test('calls are in the audit log, in its chain and in the usage, writes with their announcement', async () => {
  await call('list_bundles', {});
  await call('create_bundle', { title: 'Counted' });
  await call('get_bundle', { bundle_id: 'bnd_that_never_was' });
  await expect
    .poll(async () => ((await read('/usage'))['totals'] as { calls: number }).calls, { timeout: 20_000 })
    .toBe(3);
  const usage = await read('/usage');
  expect(usage['totals']).toMatchObject({ calls: 3, client_errors: 1, server_errors: 0, failed: 0 });
  const groups = usage['groups'] as { name: string; calls: number }[];
  expect(groups.map(({ calls, name }) => [name, calls])).toEqual([
    ['create_bundle', 1],
    ['get_bundle', 1],
    ['list_bundles', 1],
  ]);

  const { items } = (await read('/audit?action=tool.call')) as { items: Record<string, unknown>[] };
  const phases = items.map(({ phase, target }) => [(target as { text: string }).text, phase]);
  expect(phases).toContainEqual(['create_bundle', 'intent']);
  expect(phases).toContainEqual(['create_bundle', 'outcome']);
  expect(phases).toContainEqual(['list_bundles', 'event']);
  expect(items[0]).toMatchObject({
    actor: { name: 'owner@acme.test' },
    request_id: expect.stringMatching(/^req_/),
  });

  const checked = await read('/audit/check');
  expect(checked).toMatchObject({ result: 'intact', broken: null });
  expect(checked['events']).toBeGreaterThanOrEqual(4);
  expect(await read('/overview')).toMatchObject({ connected: true, called: true, failing_connectors: [] });
});
