import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvents } from '../packages/server/test/gateway/support/events.ts';
import { modern } from '../packages/server/test/gateway/support/messages.ts';
import { startUpstream, UPSTREAM_DOCUMENT } from '../packages/server/test/gateway/support/upstream.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

// What an operator or an admin does reaches the streams that are open in the running service.
let world: World;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
beforeAll(async () => {
  world = await openWorld();
  upstream = await startUpstream();
});
afterAll(async () => {
  await world.close();
  await upstream.close();
});

test('a listener hears that a connector was published, lists its tools, and is cut when its key is revoked', async () => {
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  const key = await portal.createAgent({ name: 'Listener', role: 'member', access: 'full' });
  const post = (method: string, params: Record<string, unknown>) => {
    const { headers, message } = modern(method, params);
    const all = { ...headers, 'content-type': 'application/json', 'x-api-key': key.secret };
    return openEvents(`${world.url}/mcp/acme`, { method: 'POST', headers: all, body: message });
  };
  const stream = await post('subscriptions/listen', { notifications: { toolsListChanged: true } });
  expect((await stream.next())?.data).toContain('notifications/subscriptions/acknowledged');

  const { baseUrl } = upstream;
  await world.publish('acme', { slug: 'items', name: 'Items', baseUrl, document: UPSTREAM_DOCUMENT });
  expect((await stream.next())?.data).toContain('notifications/tools/list_changed');
  const listed = await fetch(`${world.url}/mcp/acme`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key.secret },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  });
  expect(await listed.text()).toContain('"delete_item"');

  await portal.revokeKey(key.id);
  expect(await stream.over()).toBe(false);
});
