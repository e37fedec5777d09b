import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvents } from './gateway/support/events.ts';
import { call, toolCall } from './gateway/support/messages.ts';
import { startUpstream } from './gateway/support/upstream.ts';
import { openWorld, type World } from './oauth/support/world.ts';
import { keyOf, portalRequest } from './revocation/support/portal.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// A server of Streamable HTTP keeps its sessions itself: whichever node a message comes to, it is the same session.
const JSON_HEAD = { 'content-type': 'application/json' };

let world: World;
let second: SecondNode;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
beforeAll(async () => {
  upstream = await startUpstream();
  upstream.answer((req, res) => {
    if (req.method === 'GET')
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    if (req.method === 'DELETE') return res.writeHead(204).end();
    const { id, method } = JSON.parse(req.body.toString()) as { id?: number; method: string };
    if (id === undefined) return res.writeHead(202).end();
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'kept', version: '1' },
      },
      'tools/list': {
        tools: [{ name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }],
      },
      'tools/call': { content: [{ type: 'text', text: `session ${String(req.headers['mcp-session-id'])}` }] },
    };
    const result = results[method];
    if (result === undefined) return res.writeHead(404).end();
    return res
      .writeHead(200, {
        ...JSON_HEAD,
        ...(method === 'initialize' ? { 'mcp-session-id': 'kept-there' } : {}),
      })
      .end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode(world.demo);
});
afterAll(async () => {
  await second.close();
  await world.close();
  await upstream.close();
});

async function begin() {
  const organisation = await world.newOrganisation();
  const member = await world.newMember([organisation, 'admin']);
  const published = await world.latchkey.publishMcp({
    orgId: organisation.orgId,
    slug: 'kept',
    name: 'Kept',
    upstream: { transport: 'streamable-http', url: `${upstream.baseUrl}/mcp` },
  });
  if (!published.ok) throw new Error(published.error.message);
  const key = await keyOf(world.url, member, organisation.slug);
  const headers: Record<string, string> = {
    ...JSON_HEAD,
    authorization: `Bearer ${key.secret}`,
    accept: 'application/json, text/event-stream',
  };
  const path = `/mcp/${organisation.slug}/c/kept`;
  const post = (url: string, message: object) =>
    fetch(url + path, { method: 'POST', headers, body: JSON.stringify(message) });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const hello = await post(world.url, call('initialize', params));
  await hello.text();
  headers['mcp-session-id'] = hello.headers.get('mcp-session-id') ?? '';
  return { headers, key, member, path, post, slug: organisation.slug };
}

test('a session that was begun at one node is had at another, and is nobody else’s there', async () => {
  const { headers, path, post } = await begin();
  const answer = await post(second.url, toolCall('look'));
  expect(await answer.json()).toMatchObject({ result: { content: [{ text: 'session kept-there' }] } });

  const other = await begin();
  other.headers['mcp-session-id'] = headers['mcp-session-id'] ?? '';
  const stolen = await other.post(second.url, toolCall('look'));
  expect(stolen.status).toBe(404);
  await stolen.text();

  const left = await fetch(second.url + path, { method: 'DELETE', headers });
  expect(left.status).toBe(204);
  expect(upstream.received.at(-1)).toMatchObject({
    method: 'DELETE',
    headers: { 'mcp-session-id': 'kept-there' },
  });
});

test('a stream at one node breaks off when its key is revoked at another', async () => {
  const { headers, key, member, path, slug } = await begin();
  upstream.aborted.length = 0;
  const events = await openEvents(second.url + path, {
    headers: { ...headers, accept: 'text/event-stream' },
  });
  expect(events.status).toBe(200);
  const revoked = await portalRequest(world.url, member, slug, `/keys/${key.id}/revoke`);
  expect(revoked.ok).toBe(true);
  expect(await events.over()).toBe(false);
  await expect.poll(() => upstream.aborted.length).toBeGreaterThan(0);
});
