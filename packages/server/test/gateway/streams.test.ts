import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openEvents, type Events } from './support/events.ts';
import { startHarness, type CallerOptions, type Harness } from './support/harness.ts';
import { call, modern, MODERN, toolCall } from './support/messages.ts';
import { expectValid } from './support/schema.ts';

// Streams that stay open: who hears what on them, and when they end.
let harness: Harness;
let hasty: Harness;
const open: Events[] = [];
beforeAll(async () => {
  harness = await startHarness({ streamLimits: { perKey: 2, perOrganisation: 1000 } });
  // Two seconds of idleness are much here, and each turn of the keep-alives is short.
  hasty = await startHarness({ streamLimits: { keepAliveMs: 15, idleMs: 2_000, recheckMs: 30 } });
});
afterAll(async () => {
  await harness.close();
  await hasty.close();
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

type Caller = ReturnType<Harness['caller']>;

async function listen(
  caller: Caller,
  notifications: unknown = { toolsListChanged: true },
  at: { harness?: Harness; path?: string } = {},
) {
  const { headers, message } = modern('subscriptions/listen', { notifications });
  const target = at.harness ?? harness;
  const stream = await openEvents(`${target.url}${at.path ?? '/mcp/acme'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, ...caller.bearer },
    body: { ...message, id: 'sub-1' },
  });
  open.push(stream);
  const said = async () => JSON.parse((await stream.next())?.data ?? 'null');
  return { stream, said };
}

const ID = { 'io.modelcontextprotocol/subscriptionId': 'sub-1' };

describe('a listener of 2026-07-28', () => {
  test('is acknowledged first, and hears that the tools of its organisation have changed', async () => {
    const caller = harness.caller();
    const { said, stream } = await listen(caller);
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream');
    const acknowledged = await said();
    expectValid(MODERN, 'SubscriptionsAcknowledgedNotification', acknowledged);
    expect(acknowledged.params).toEqual({ notifications: { toolsListChanged: true }, _meta: ID });
    harness.gateway.toolsChanged(caller.credential.orgId);
    const changed = await said();
    expectValid(MODERN, 'ToolListChangedNotification', changed);
    expect(changed).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tools/list_changed',
      params: { _meta: ID },
    });
  });

  test('hears of what all organisations share, and nothing of another organisation', async () => {
    const { said, stream } = await listen(harness.caller());
    await said();
    harness.gateway.toolsChanged(harness.orgId('globex'));
    harness.gateway.toolsChanged('*');
    await said();
    expect(stream.rest()).toEqual([]);
  });

  test('hears nothing that it did not ask for, and is told what it will hear', async () => {
    const caller = harness.caller();
    const asked = { promptsListChanged: true, resourceSubscriptions: ['file:///x'], toolsListChanged: false };
    const deaf = await listen(caller, asked);
    expect((await deaf.said()).params.notifications).toEqual({});
    const { said } = await listen(caller);
    await said();
    harness.gateway.toolsChanged('*');
    await said();
    expect(deaf.stream.rest()).toEqual([]);
  });

  test('hears that its role has changed, up or down, and goes on', async () => {
    const caller = harness.caller({ role: 'viewer' });
    const { said, stream } = await listen(caller);
    await said();
    for (const role of ['member', 'viewer'] as const) {
      caller.setRole(role);
      harness.gateway.changed(`${caller.credential.orgId}:${caller.credential.actor.id}`);
      expect((await said()).method).toBe('notifications/tools/list_changed');
    }
    expect(stream.isOver).toBe(false);
  });

  test.each<[string, CallerOptions, (caller: Caller) => void]>([
    ['whose key is revoked', { kind: 'key' }, (caller) => caller.revoke()],
    ['whose token is revoked', { kind: 'token' }, (caller) => caller.revoke()],
    ['who has left the organisation', { kind: 'token' }, (caller) => caller.leave()],
    ['whose right cannot be checked', { kind: 'key' }, (caller) => caller.breakChecks()],
  ])('%s hears nothing more: the stream breaks off', async (_, options, end) => {
    const caller = harness.caller(options);
    const { said, stream } = await listen(caller);
    await said();
    end(caller);
    harness.gateway.changed(caller.credential.keyId);
    expect(await stream.over()).toBe(false);
    harness.gateway.toolsChanged('*');
    expect(stream.rest()).toEqual([]);
  });

  test.each([
    undefined,
    5,
    [],
    { toolsListChanged: 'yes' },
    { resourceSubscriptions: 'all' },
    { resourceSubscriptions: [5] },
  ])('who asks for %j is told what can be asked for', async (notifications) => {
    const { headers, message } = modern('subscriptions/listen', { notifications });
    const { json, status } = await harness.rpc(message, {
      headers: { ...headers, ...harness.caller().bearer },
    });
    expect([status, json.error.code]).toEqual([400, -32602]);
    expectValid(MODERN, 'JSONRPCErrorResponse', json);
  });

  test('of 2025 there is none: the method is unknown', async () => {
    const { json, status } = await harness.rpc(call('subscriptions/listen', { notifications: {} }), {
      headers: harness.caller().bearer,
    });
    expect([status, json.error.code]).toEqual([200, -32601]);
  });

  test('is refused where its headers are not what the body says, and without a credential', async () => {
    const { headers, message } = modern('subscriptions/listen', { notifications: {} });
    const { bearer } = harness.caller();
    const wrong = await harness.rpc(message, { headers: { ...headers, ...bearer, 'mcp-method': 'ping' } });
    expect([wrong.status, wrong.json.error.code]).toEqual([400, -32020]);
    expect((await harness.rpc(message, { headers })).status).toBe(401);
  });

  test('with two streams gets no third before one of them ends', async () => {
    const caller = harness.caller();
    const first = await listen(caller);
    await listen(caller);
    const { headers, message } = modern('subscriptions/listen', { notifications: {} });
    const { json, status } = await harness.rpc(message, { headers: { ...headers, ...caller.bearer } });
    expect([status, json.error.data.code]).toEqual([429, 'rate_limited']);
    expectValid(MODERN, 'JSONRPCErrorResponse', json);
    first.stream.close();
    await expect.poll(async () => (await listen(caller)).stream.status).toBe(200);
  });
});

describe('a stream on which nothing happens', () => {
  test('is kept alive with comments', async () => {
    const { stream } = await listen(hasty.caller(), {}, { harness: hasty });
    await stream.keptAlive(3);
    expect(stream.isOver).toBe(false);
  });

  test('ends in order after a while, with the answer to the request', async () => {
    const { said, stream } = await listen(hasty.caller(), {}, { harness: hasty });
    await said();
    const last = await said();
    expectValid(MODERN, 'SubscriptionsListenResultResponse', last);
    expect(last).toMatchObject({ id: 'sub-1', result: { resultType: 'complete', _meta: ID } });
    expect(await stream.over()).toBe(true);
  });

  test('breaks off when its token runs out, which no change announces', async () => {
    const caller = hasty.caller({ kind: 'token' });
    const { said, stream } = await listen(caller, {}, { harness: hasty });
    await said();
    caller.revoke();
    expect(await stream.over()).toBe(false);
  });
});

test('a restart ends the streams in order, lets the calls on them finish, and opens no more', async () => {
  const closing = await startHarness();
  const listener = await listen(closing.caller(), {}, { harness: closing });
  await listener.said();
  const caller = closing.caller();
  const idle = await openEvents(`${closing.url}/mcp/acme/sse`, { headers: caller.bearer });
  const busy = await openEvents(`${closing.url}/mcp/acme/sse`, { headers: caller.bearer });
  open.push(idle, busy);
  let finish = (): void => undefined;
  closing.upstream.answer((_, res) => {
    finish = () => res.writeHead(200, { 'content-type': 'application/json' }).end('{"balance":1}');
  });
  await closing.send('POST', (await busy.next())?.data ?? '', {
    headers: { 'content-type': 'application/json', ...caller.bearer },
    body: JSON.stringify(toolCall('get_credits', {}, 'last')),
  });
  await expect.poll(() => closing.upstream.received.length).toBe(1);
  const closed = closing.gateway.close();
  expect((await listener.said()).result.resultType).toBe('complete');
  expect(await listener.stream.over()).toBe(true);
  expect(await idle.over()).toBe(true);
  const late = await openEvents(`${closing.url}/mcp/acme/sse`, { headers: caller.bearer });
  expect(late.status).toBe(503);
  finish();
  expect(JSON.parse((await busy.next())?.data ?? '')).toMatchObject({ id: 'last' });
  expect(await busy.over()).toBe(true);
  await closed;
  await closing.close();
});
