import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { openEvents, type Events } from './support/events.ts';
import { startHarness, type Harness, type HarnessOptions } from './support/harness.ts';
import { modern, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';
import type { UpstreamHandler } from './support/upstream.ts';

// What stays open between a client and a relayed server: how fast it goes, what it says of itself, and how it ends.
const PATH = '/mcp/acme/c/things';
const EVENTS = { 'content-type': 'text/event-stream' };
const BOTH = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

const harnesses: Harness[] = [];
const opened: Events[] = [];
afterEach(async () => {
  for (const events of opened.splice(0)) events.close();
  await Promise.all(harnesses.splice(0).map((harness) => harness.close()));
});

async function start(handler: UpstreamHandler, options: HarnessOptions = {}): Promise<Harness> {
  const harness = await startHarness(options);
  harnesses.push(harness);
  harness.upstream.answer(handler);
  await publishServer(harness, { url: `${harness.upstream.baseUrl}/mcp`, tools: [{ name: 'look' }] });
  return harness;
}

async function open(
  harness: Harness,
  bearer: Record<string, string>,
  posted?: { message: unknown; headers?: Record<string, string> },
): Promise<Events> {
  const events = await openEvents(`${harness.url}${PATH}`, {
    method: posted === undefined ? 'GET' : 'POST',
    headers: { ...bearer, ...BOTH, ...posted?.headers },
    ...(posted === undefined ? {} : { body: posted.message }),
  });
  opened.push(events);
  return events;
}

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const messageOf = async (events: Events): Promise<unknown> =>
  JSON.parse((await events.next())?.data ?? 'null');

test('goes at the pace of who reads: the server waits for it, and nothing is lost', async () => {
  const COUNT = 150;
  const pad = 'x'.repeat(1024 * 1024);
  let written = 0;
  const harness = await start((_, res) => {
    res.writeHead(200, EVENTS);
    const write = (): void => {
      while (written < COUNT) {
        written += 1;
        const isTaken = res.write(
          event({ jsonrpc: '2.0', method: 'notifications/message', params: { written, pad } }),
        );
        if (!isTaken) return void res.once('drain', write);
      }
      res.end(event({ jsonrpc: '2.0', id: 1, result: { content: [] } }));
    };
    write();
  });
  // Its keep-alives are the clock: as many as it takes to send all of it to who reads.
  const metronome = await start((_, res) => res.writeHead(200, EVENTS).flushHeaders(), {
    streamLimits: { keepAliveMs: 100 },
  });
  const strokes = await open(metronome, metronome.caller().bearer);
  const events = await open(harness, harness.caller().bearer, { message: toolCall('look') });
  events.pause();
  await strokes.keptAlive(20);
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(COUNT / 2);

  events.resume();
  for (let count = 1; count <= COUNT; count += 1)
    expect(await messageOf(events)).toMatchObject({ params: { written: count } });
  expect(await messageOf(events)).toMatchObject({ id: 1 });
  expect(await events.over()).toBe(true);
});

test('says that it is alive while the server says nothing, between its events and never within one', async () => {
  let answering: ServerResponse | undefined;
  const harness = await start(
    (_, res) => {
      answering = res.writeHead(200, EVENTS);
      res.write('data: {"jsonrpc":"2.0",');
    },
    { streamLimits: { keepAliveMs: 60 } },
  );
  const events = await open(harness, harness.caller().bearer, { message: toolCall('look') });
  await events.keptAlive(2);
  answering?.end('"id":1,"result":{"content":[]}}\n\n');
  expect(await messageOf(events)).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [] } });
});

test('a restart ends what is open for long in order, and waits for answers', async () => {
  const answering: ServerResponse[] = [];
  const harness = await start((req, res) => {
    answering.push(res.writeHead(200, EVENTS));
    res.flushHeaders();
    if (req.body.includes('subscriptions/listen'))
      res.write(event({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: {} }));
  });
  const { bearer } = harness.caller();
  const stream = await open(harness, bearer);
  const listener = await open(harness, bearer, modern('subscriptions/listen', { notifications: {} }));
  expect(await messageOf(listener)).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
  const call = await open(harness, bearer, { message: toolCall('look') });

  const closed = harness.gateway.close(20_000);
  expect(await stream.over()).toBe(true);
  expect(await messageOf(listener)).toEqual({
    jsonrpc: '2.0',
    id: 1,
    result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: 1 } },
  });
  expect(await listener.over()).toBe(true);
  expect(call.isOver).toBe(false);
  answering[2]?.end(event({ jsonrpc: '2.0', id: 1, result: { content: [] } }));
  expect(await messageOf(call)).toMatchObject({ id: 1 });
  await closed;
  await expect.poll(() => harness.upstream.aborted).toHaveLength(2);
});

test('a listener of 2026-07-28 hears that other tools are offered, if it asked for that', async () => {
  const harness = await start((_, res) => {
    res.writeHead(200, EVENTS);
    res.write(event({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: {} }));
  });
  const { bearer } = harness.caller();
  const wants = await open(
    harness,
    bearer,
    modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
  );
  const other = await open(harness, bearer, modern('subscriptions/listen', { notifications: {} }));
  for (const listener of [wants, other]) await listener.next();
  harness.gateway.toolsChanged(harness.orgId('acme'));
  expect(await messageOf(wants)).toEqual({
    jsonrpc: '2.0',
    method: 'notifications/tools/list_changed',
    params: { _meta: { [SUBSCRIPTION]: 1 } },
  });
  // The next that the other hears is the end.
  await harness.gateway.close();
  expect(await messageOf(other)).toMatchObject({ result: { resultType: 'complete' } });
});

test('ends when its connector is another server by now', async () => {
  const harness = await start((_, res) => res.writeHead(200, EVENTS).flushHeaders());
  const events = await open(harness, harness.caller().bearer);
  await publishServer(harness, { url: `${harness.upstream.baseUrl}/other`, tools: [] });
  harness.gateway.toolsChanged(harness.orgId('acme'));
  expect(await events.over()).toBe(true);
  await expect.poll(() => harness.upstream.aborted).toHaveLength(1);
});
