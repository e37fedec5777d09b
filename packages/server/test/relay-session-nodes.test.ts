import type { ToolFace } from '@latchkey/tools';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mcpCatalogue } from '../src/connectors/mcp-catalogue.ts';
import { newId } from '../src/kernel/ids.ts';
import { openEvents, type Events } from './gateway/support/events.ts';
import { call, toolCall } from './gateway/support/messages.ts';
import { openWorld, type World } from './oauth/support/world.ts';
import { keyOf, portalRequest } from './revocation/support/portal.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';
import { isAlive, isDead } from './upstreams/support/alive.ts';
import { EXACT_PROGRAM, SHOWN } from './gateway/support/exact-server.ts';
import { OBEDIENT } from './upstreams/support/programs.ts';

// A session with a server that keeps a connection lives on one node. What its client says may reach any.
let world: World;
let second: SecondNode;
const open: Events[] = [];
beforeAll(async () => {
  const wide = { limit: 100_000, windowSeconds: 60 };
  world = await openWorld({ secret: NODES_SECRET, limits: { perKey: wide, perOrganisation: wide } });
  second = await startSecondNode(world.demo);
});
afterAll(async () => {
  await second.close();
  await world.close();
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

const urlOf = (node: 'first' | 'second') => (node === 'first' ? world.url : second.url);
const tool = (name: string, access: 'read' | 'full'): ToolFace => ({
  name,
  title: name,
  description: '',
  access,
  annotations: { title: name, openWorldHint: true, ...(access === 'read' ? { readOnlyHint: true } : {}) },
  inputSchema: { type: 'object', properties: {} },
  tags: [],
});

async function newOrganisation() {
  const organisation = await world.newOrganisation();
  const member = await world.newMember([organisation, 'member']);
  const { store } = world.latchkey;
  const owner = await store.people.findOrganisationBySlug(organisation.slug);
  if (owner === undefined) throw new Error('no organisation');
  const catalogue = mcpCatalogue({ tools: [tool('look', 'read'), tool('change', 'full')] });
  await store.connectors.putCatalogue(catalogue.hash, JSON.stringify(catalogue));
  for (const [connector, upstream] of [
    ['tool', OBEDIENT],
    ['exact', EXACT_PROGRAM],
  ] as const)
    await store.connectors.publish({
      id: newId('con'),
      orgId: owner.id,
      slug: connector,
      name: connector,
      kind: 'mcp',
      baseUrl: 'http://127.0.0.1/',
      upstream,
      catalogueHash: catalogue.hash,
    });
  return { slug: organisation.slug, member };
}

async function openSession(
  at: 'first' | 'second',
  access: 'read' | 'full' = 'full',
  known?: Awaited<ReturnType<typeof newOrganisation>>,
  connector = 'tool',
) {
  const { member, slug } = known ?? (await newOrganisation());
  const key = await keyOf(world.url, member, slug, access);
  const path = `/mcp/${slug}/c/${connector}`;
  const headers: Record<string, string> = {
    authorization: `Bearer ${key.secret}`,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  const send = async (
    node: 'first' | 'second',
    method: string,
    body?: unknown,
    more: Record<string, string> = {},
  ) => {
    const response = await fetch(urlOf(node) + path, {
      method,
      headers: { ...headers, ...more },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text.replace(/^event: message\ndata: /, '')),
    };
  };
  const clientInfo = { name: 'test', version: '1' };
  const hello = await send(
    at,
    'POST',
    call('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }, 0),
  );
  headers['mcp-session-id'] = hello.headers.get('mcp-session-id') ?? '';
  headers['mcp-protocol-version'] = '2025-11-25';
  const listen = async (node: 'first' | 'second') => {
    const stream = await openEvents(urlOf(node) + path, {
      headers: { ...headers, accept: 'text/event-stream' },
    });
    open.push(stream);
    return stream;
  };
  const pid = async () => (await send(at, 'POST', call('test/pid', {}, 'pid'))).json.result.pid as number;
  return { hello, key, listen, member, pid, send, sessionId: headers['mcp-session-id'], slug };
}

describe.each([
  ['first', 'second'],
  ['second', 'first'],
] as const)('a session on the %s node, spoken with at the %s', (at, to) => {
  test('is the same session: it answers, hears answers and is cancelled there', async () => {
    const session = await openSession(at);
    expect(session.hello.json.result.serverInfo.name).toBe('obedient');
    expect(
      (await session.send(to, 'POST', { jsonrpc: '2.0', method: 'notifications/initialized' })).status,
    ).toBe(202);
    expect((await session.send(to, 'POST', call('test/pid'))).json).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { pid: await session.pid() },
    });
    const reply = { jsonrpc: '2.0', id: 'asked', result: { text: 'Grüße 👋' } };
    expect((await session.send(to, 'POST', reply)).status).toBe(202);
    const cancelled = session.send(to, 'POST', call('test/hang', {}, 'long'));
    await expect
      .poll(async () => (await session.send(at, 'POST', call('test/heard', {}, 'h'))).text)
      .toContain('test/hang');
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'long' } };
    expect((await session.send(to, 'POST', cancel)).status).toBe(202);
    expect((await cancelled).status).toBe(202);
    const { json } = await session.send(to, 'POST', call('test/heard', {}, 'x'));
    expect(json.result.heard).toContainEqual(reply);
    expect(json.result.heard).toContainEqual(cancel);
    await session.send(to, 'DELETE');
  });

  test('is answered as its client reads: events for one that reads nothing else', async () => {
    const session = await openSession(at);
    const answer = await session.send(to, 'POST', call('test/echo', { a: 1 }), {
      accept: 'text/event-stream',
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.json).toEqual({ jsonrpc: '2.0', id: 1, result: { a: 1 } });
    await session.send(to, 'DELETE');
  });

  test('is heard on its own stream at its own node; at the other there is none, which is no end', async () => {
    const session = await openSession(at);
    const stream = await session.listen(at);
    expect((await session.listen(to)).status).toBe(405);
    const changed = { jsonrpc: '2.0', method: 'notifications/resources/list_changed' };
    await session.send(to, 'POST', call('test/say', { messages: [changed] }));
    // The service may have looked at the tools meanwhile, and say that they are others now.
    let event = await stream.next();
    while (event?.data === '' || event?.data.includes('tools/list_changed') === true)
      event = await stream.next();
    expect(JSON.parse(event?.data ?? '')).toEqual(changed);
    await session.send(to, 'DELETE');
    expect(await stream.over()).toBe(true);
  });

  test('has the digits of integers that no number of JavaScript’s keeps, both ways', async () => {
    const session = await openSession(at, 'full', undefined, 'exact');
    const sent = JSON.stringify(call('test/hear', { id: 'ID' })).replace('"ID"', '9007199254740993');
    const heard = await session.send(to, 'POST', sent);
    expect(heard.json.result.content[0].text).toContain('"params":{"id":9007199254740993}');
    const shown = await session.send(to, 'POST', call('test/show', { name: 'show' }));
    expect(shown.text).toContain(`"structuredContent":${SHOWN}`);
  });

  test('is judged and shown by the gate of the node that is asked', async () => {
    const reader = await openSession(at, 'read');
    const { json } = await reader.send(to, 'POST', call('tools/list'));
    expect(json.result.tools.map(({ name }: { name: string }) => name)).toEqual(['look']);
    expect((await reader.send(to, 'POST', toolCall('look', {}, 2))).json.result.content).toEqual([
      { type: 'text', text: 'look' },
    ]);
    expect((await reader.send(to, 'POST', toolCall('change', {}, 3))).text).not.toContain('"text":"change"');
    const heard = await reader.send(to, 'POST', call('test/heard', {}, 4));
    expect(heard.text).not.toContain('"change"');
    await reader.send(to, 'DELETE');
  });

  test('is ended there, and then is nowhere', async () => {
    const session = await openSession(at);
    const pid = await session.pid();
    expect((await session.send(to, 'DELETE')).status).toBe(204);
    await isDead(pid);
    for (const node of [at, to])
      expect((await session.send(node, 'POST', call('test/echo'))).status).toBe(404);
  });

  test('is its opener’s alone there too', async () => {
    const organisation = await newOrganisation();
    const session = await openSession(at, 'full', organisation);
    const thief = await openSession(at, 'full', organisation);
    const stolen = { 'mcp-session-id': session.sessionId };
    for (const [method, body] of [
      ['POST', call('test/echo', {}, 'stolen')],
      ['DELETE', undefined],
    ] as const)
      expect((await thief.send(to, method, body, stolen)).status).toBe(404);
    expect((await session.send(to, 'POST', call('test/heard'))).text).not.toContain('stolen');
    expect(isAlive(await session.pid())).toBe(true);
    await session.send(at, 'DELETE');
    await thief.send(at, 'DELETE');
  });

  test('ends with its key, wherever that is revoked', async () => {
    const session = await openSession(at);
    const pid = await session.pid();
    const revoked = await portalRequest(
      world.url,
      session.member,
      session.slug,
      `/keys/${session.key.id}/revoke`,
    );
    expect(revoked.status).toBeLessThan(300);
    await isDead(pid);
    // One node may hear of it after the other.
    await expect.poll(async () => (await session.send(to, 'POST', call('test/echo'))).status).toBe(401);
  });

  test('tells there what goes wrong here', async () => {
    const session = await openSession(at);
    const answer = await session.send(to, 'POST', call('test/garbage'));
    expect(answer.json).toMatchObject({ id: 1, error: { code: -32603, data: { code: 'upstream_invalid' } } });
    expect(answer.text).not.toContain('sk-1');
    expect((await session.send(to, 'POST', call('test/echo'))).status).toBe(404);
  });
});
