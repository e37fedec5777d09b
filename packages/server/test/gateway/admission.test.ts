import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compileCatalogue } from '@latchkey/tools';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import type { CallLimits } from '../../src/kernel/call-limits.ts';
import { startHarness, type Harness, type HarnessOptions } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';

// What a call has to get past between its rate limit and its intent, at both doors of the running data plane.
const MONTH = '2026-11';
const clock = { nowMs: () => Date.parse('2026-11-30T23:00:00Z') };
const UNTIL_DECEMBER = 3600;
const NOVEMBER_SECONDS = 30 * 86_400;

let harness: Harness;
const SOON = { timeout: 20_000, interval: 5 };
afterEach(() => harness.close());

/** With an API of which one operation costs two and a half credits, and one something that it does not name. */
async function start(options: HarnessOptions = {}) {
  harness = await startHarness({ calls: {}, clock, ...options });
  const operation = (operationId: string, cost?: unknown) => ({
    operationId,
    summary: operationId,
    ...(cost === undefined ? {} : { 'x-mcp': { cost } }),
    responses: { '200': { description: 'It went well.' } },
  });
  const document = JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Prints', version: '1' },
    servers: [{ url: '/' }],
    paths: {
      '/prints': { get: operation('list_prints'), post: operation('make_print', 2.5) },
      '/rushes': { post: operation('make_rush', true) },
    },
  });
  const imported = await importConnector(harness.store, {
    orgId: null,
    slug: 'prints',
    name: 'Prints',
    baseUrl: harness.upstream.baseUrl,
    document,
    compile: compileCatalogue,
  });
  if (!imported.ok) throw new Error(imported.error.message);
}

const none = { perKey: null, perOrganisation: null };
const monthly = (calls: number | null, credits: number | null = null): CallLimits => ({
  ...none,
  monthly: { calls, credits },
});
const used = (slug = 'acme') => harness.store.quotas.used(harness.orgId(slug), MONTH);
/** As the result's text has it, which clients of every revision get. */
const diagnosticsOf = (answer: { json: { result?: { isError?: boolean; content: { text: string }[] } } }) =>
  answer.json.result?.isError === true ? JSON.parse(answer.json.result.content[0]?.text ?? '') : undefined;
const metric = (name: string) =>
  harness.registry
    .families()
    .flatMap((family) => (family.name === name && 'points' in family ? family.points() : []));

test('a month that is used up is a result with isError at the MCP door and 429 at the REST door, nothing is sent, and both say when it begins anew', async () => {
  await start();
  const { bearer } = harness.caller({ limits: monthly(2) });
  expect(
    (await harness.rpc(toolCall('list_items'), { headers: bearer })).json.result.isError,
  ).toBeUndefined();
  expect((await harness.send('GET', '/api/items/credits', { headers: bearer })).status).toBe(200);

  const tool = await harness.rpc(toolCall('list_items'), { headers: bearer });
  expect(tool.status).toBe(200);
  expect(tool.json.result.isError).toBe(true);
  expect(diagnosticsOf(tool)).toEqual({
    status: 429,
    code: 'quota_exceeded',
    message: expect.stringContaining('its calls of this month (2)'),
    request_id: tool.headers['x-request-id'],
    retry_after_seconds: UNTIL_DECEMBER,
    rate_limit: { limit: 2, remaining: 0, reset_seconds: UNTIL_DECEMBER },
  });

  const api = await harness.send('GET', '/api/items/credits', { headers: bearer });
  expect(api.status).toBe(429);
  expect(api.json.error).toMatchObject({
    code: 'quota_exceeded',
    request_id: api.headers['x-request-id'],
    retry_after_seconds: UNTIL_DECEMBER,
  });
  expect(api.headers['retry-after']).toBe(String(UNTIL_DECEMBER));
  expect(String(api.headers['ratelimit'])).toContain(`"month-calls";r=0;t=${UNTIL_DECEMBER}`);
  expect(String(api.headers['ratelimit-policy'])).toContain(`"month-calls";q=2;w=${NOVEMBER_SECONDS}`);
  expect(harness.upstream.received).toHaveLength(2);
  expect(metric('latchkey_calls_not_admitted_total')).toContainEqual({ values: ['month_calls'], value: 2 });
  expect(harness.logged).toEqual([]);
});

test.each<[string, 'owner' | 'operator', NonNullable<HarnessOptions['calls']>, CallLimits]>([
  ['the organisation set itself', 'owner', {}, monthly(1)],
  ['the operator set', 'operator', { monthlyCalls: 1 }, none],
  ['the operator set, below the organisation’s own', 'operator', { monthlyCalls: 1 }, monthly(2)],
  ['the organisation set itself, below the operator’s', 'owner', { monthlyCalls: 2 }, monthly(1)],
  ['both set alike', 'operator', { monthlyCalls: 1 }, monthly(1)],
  ['the operator set for credits', 'operator', { monthlyCredits: 1 }, none],
  ['the organisation set itself for credits', 'owner', { monthlyCredits: 2.5 }, monthly(null, 1)],
])('a month that %s is used up says who can raise it: the %s', async (_what, who, calls, limits) => {
  await start({ calls });
  const { bearer } = harness.caller({ limits });
  const rush = () => harness.rpc(toolCall('make_rush'), { headers: bearer });
  expect(diagnosticsOf(await rush())).toBeUndefined();
  const { message } = diagnosticsOf(await rush()) as { message: string };
  expect(message).toContain(
    who === 'owner'
      ? 'an owner or admin can raise it under Settings, Limits.'
      : 'only the operator of this service can raise it.',
  );
  expect(message.includes('Settings, Limits')).toBe(who === 'owner');
});

test('a call costs what its document says, by its name or through the REST door: the number, one for something unsaid, else nothing', async () => {
  await start();
  const { bearer } = harness.caller({ limits: monthly(null, 100) });
  await harness.rpc(toolCall('make_print'), { headers: bearer });
  expect(await used()).toMatchObject({ millicredits: 2_500 });
  await harness.send('POST', '/api/prints/prints', { headers: bearer });
  expect(await used()).toMatchObject({ millicredits: 5_000 });
  await harness.rpc(toolCall('make_rush'), { headers: bearer });
  await harness.send('POST', '/api/prints/rushes', { headers: bearer });
  await harness.rpc(toolCall('list_prints'), { headers: bearer });
  await harness.send('GET', '/api/prints/prints', { headers: bearer });
  expect(await used()).toMatchObject({ millicredits: 7_000 });
});

test('a call that is refused, cannot be used, or never leaves costs nothing; one that was sent costs, whatever came of it', async () => {
  await start();
  const { bearer } = harness.caller({ limits: monthly(10), access: 'full' });
  const reader = harness.caller({ limits: monthly(10), access: 'read' });
  await harness.rpc(toolCall('create_item', { name: 'x' }), { headers: reader.bearer });
  await harness.send('POST', '/api/items/items', { headers: reader.bearer, body: '{}' });
  await harness.rpc(toolCall('get_item', {}), { headers: bearer });
  await harness.rpc(toolCall('no_such_tool'), { headers: bearer });
  expect(await used()).toMatchObject({ calls: 0 });

  harness.upstream.answer((_, res) => res.writeHead(500).end());
  await harness.rpc(toolCall('list_items'), { headers: bearer });
  expect(await used()).toMatchObject({ calls: 1 });
  harness.upstream.answer((_, res) => res.destroy());
  await harness.send('GET', '/api/items/items', { headers: bearer });
  expect(await used()).toMatchObject({ calls: 2 });

  await harness.upstream.close();
  const away = await harness.rpc(toolCall('list_items'), { headers: bearer });
  expect(diagnosticsOf(away)).toMatchObject({ code: 'upstream_unreachable' });
  await expect.poll(used, SOON).toMatchObject({ calls: 2 });
});

/** A server of the old transport that keeps its first call and has no room for the second. */
async function startFullServer() {
  let stream: ServerResponse | undefined;
  let calls = 0;
  const server = createServer((req, res) => {
    if (req.method === 'GET') {
      stream = res.writeHead(200, { 'content-type': 'text/event-stream' });
      return void stream.write('event: endpoint\ndata: /messages\n\n');
    }
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    return void req.on('end', () => {
      const { id, method } = JSON.parse(body) as { id?: number; method: string };
      if (method === 'tools/call') calls += 1;
      res.writeHead(calls > 1 ? 503 : 202).end();
      const capabilities = { tools: {} };
      const serverInfo = { name: 'full', version: '1' };
      const result = { protocolVersion: '2025-06-18', capabilities, serverInfo };
      if (method === 'initialize')
        stream?.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`;
  return { url, calls: () => calls };
}

test('an MCP server’s own 429 or 502 costs the call that it got, and one that could not be reached costs nothing', async () => {
  await start();
  const { bearer } = harness.caller({ limits: monthly(20) });
  const url = `${harness.upstream.baseUrl}/mcp`;
  await publishServer(harness, { slug: 'full', url, tools: [{ name: 'look' }] });
  const look = () => harness.rpc(toolCall('look'), { path: '/mcp/acme/c/full', headers: bearer });
  for (const [index, status] of [429, 502, 503, 504].entries()) {
    harness.upstream.answer((_, res) => res.writeHead(status).end());
    const code = status === 429 || status === 503 ? 'upstream_busy' : 'upstream_unreachable';
    expect((await look()).json.error.data).toMatchObject({ code });
    expect(harness.upstream.received).toHaveLength(index + 1);
  }
  await harness.upstream.close();
  expect((await look()).json.error.data).toMatchObject({ code: 'upstream_unreachable' });
  await expect.poll(used, SOON).toMatchObject({ calls: 4 });
});

test('a call of an MCP server’s whose caller goes away before it is sent costs nothing', async () => {
  await start();
  const { bearer } = harness.caller({ limits: monthly(1) });
  const url = `${harness.upstream.baseUrl}/mcp`;
  await publishServer(harness, { slug: 'full', url, tools: [{ name: 'look' }] });
  const gone = new AbortController();
  const lock = await harness.store.pool.connect();
  try {
    await lock.query('begin; lock table quota_use');
    const asked = fetch(`${harness.url}/mcp/acme/c/full`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: JSON.stringify(toolCall('look')),
      signal: gone.signal,
    });
    const waits = async () =>
      (await lock.query("select 1 from pg_locks where relation = 'quota_use'::regclass and not granted"))
        .rows;
    await expect.poll(waits, SOON).toHaveLength(1);
    gone.abort();
    await expect(asked).rejects.toThrow('aborted');
    // An answer on another connection: by then the gateway has heard of the end of the first.
    await harness.send('GET', '/api/items/items', { headers: harness.caller().bearer });
    await lock.query('commit');
  } finally {
    lock.release(true);
  }
  const read = async () => (await harness.send('GET', '/api/items/credits', { headers: bearer })).status;
  await expect.poll(read, SOON).toBe(200);
  expect(harness.upstream.received.map(({ method }) => method)).toEqual(['GET', 'GET']);
});

test('a server that has no room for one call costs the calls that end with it: it had them', async () => {
  await start({ mcp: {} });
  const { bearer } = harness.caller({ limits: monthly(2) });
  const full = await startFullServer();
  await publishServer(harness, {
    slug: 'full',
    url: full.url,
    upstream: { transport: 'sse', url: full.url },
    tools: [{ name: 'look' }],
  });
  const look = () => harness.rpc(toolCall('look'), { headers: bearer });
  const first = look();
  await expect.poll(full.calls, SOON).toBe(1);
  const second = look();
  for (const answer of await Promise.all([first, second]))
    expect(diagnosticsOf(answer)).toMatchObject({ code: 'upstream_busy' });
  expect(diagnosticsOf(await look())).toMatchObject({ code: 'quota_exceeded' });
});

/** A server of the old transport whose place for messages nobody can reach once it has called for the first time. */
async function startUnreachablePosts() {
  const streams: ServerResponse[] = [];
  const server = createServer((req, res) => {
    if (req.method === 'GET') {
      streams.push(res.writeHead(200, { 'content-type': 'text/event-stream' }));
      return void res.write(`event: endpoint\ndata: /messages?stream=${streams.length - 1}\n\n`);
    }
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    return void req.on('end', () => {
      res.writeHead(202, { connection: 'close' }).end();
      const { id, method } = JSON.parse(body) as { id?: number; method: string };
      if (id === undefined) return;
      const serverInfo = { name: 'old', version: '1' };
      const shaken = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo };
      const result = method === 'initialize' ? shaken : { content: [{ type: 'text', text: 'looked' }] };
      const stream = streams[Number(new URL(req.url ?? '', 'http://a').searchParams.get('stream'))];
      stream?.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`;
  onTestFinished(() => server.closeAllConnections());
  return {
    url,
    /** The streams stay. */
    takeNoMore: () => void server.close(),
  };
}

test.each([
  ['where its tools stand with others', '/mcp/acme'],
  ['at its own URL', '/mcp/acme/c/old'],
])(
  'messages to a server of the old transport that could not be sent cost nothing, and each that was does: %s',
  async (_where, path) => {
    await start({ mcp: {} });
    const { bearer } = harness.caller({ limits: monthly(10) });
    const old = await startUnreachablePosts();
    const upstream = { transport: 'sse', url: old.url } as const;
    await publishServer(harness, { slug: 'old', url: old.url, upstream, tools: [{ name: 'look' }] });
    const session: Record<string, string> = {};
    if (path !== '/mcp/acme') {
      const shaking = {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'c', version: '1' },
      };
      const opened = await harness.rpc(call('initialize', shaking), { path, headers: bearer });
      session['mcp-session-id'] = String(opened.headers['mcp-session-id']);
    }
    const look = (id: number) =>
      harness.rpc(toolCall('look', {}, id), { path, headers: { ...bearer, ...session } });
    expect((await look(1)).text).toContain('looked');
    await expect.poll(used, SOON).toMatchObject({ calls: 1 });
    old.takeNoMore();
    const texts = (await Promise.all([look(2), look(3)])).map(({ text }) => text);
    expect(texts.join()).toContain('upstream_unreachable');
    expect(texts.join()).not.toContain('looked');
    await expect.poll(used, SOON).toMatchObject({ calls: 1 });
  },
);

test('a call whose quota cannot be found out is not made', async () => {
  await start();
  const { bearer } = harness.caller({ limits: monthly(10) });
  await harness.store.pool.query('alter table quota_use rename to elsewhere');
  const tool = await harness.rpc(toolCall('list_items'), { headers: bearer });
  expect(diagnosticsOf(tool)).toMatchObject({ status: 503, code: 'unavailable', retry_after_seconds: 1 });
  expect((await harness.send('GET', '/api/items/credits', { headers: bearer })).status).toBe(503);
  expect(harness.upstream.received).toHaveLength(0);
});

test('a call whose quota is not found out in time is not made, and what is charged for it later is given back', async () => {
  await start();
  const { bearer } = harness.caller({ limits: monthly(1) });
  const lock = await harness.store.pool.connect();
  try {
    await lock.query('begin; lock table quota_use');
    const [tool, api] = await Promise.all([
      harness.rpc(toolCall('list_items'), { headers: bearer }),
      harness.send('GET', '/api/items/credits', { headers: bearer }),
    ]);
    expect(diagnosticsOf(tool)).toMatchObject({ status: 503, code: 'unavailable', retry_after_seconds: 1 });
    expect(api.status).toBe(503);
    expect(harness.upstream.received).toHaveLength(0);
    await lock.query('commit');
  } finally {
    lock.release(true);
  }
  const look = async () =>
    diagnosticsOf(await harness.rpc(toolCall('list_items'), { headers: bearer }))?.code;
  // The one call of the month is still there.
  await expect.poll(look, SOON).toBeUndefined();
  expect(await look()).toBe('quota_exceeded');
  expect(harness.upstream.received).toHaveLength(1);
});

/** An upstream whose answers wait until they are let go; in the order in which they came. */
function slowUpstream() {
  const held: { who: string; go: () => void }[] = [];
  const order: string[] = [];
  harness.upstream.answer((req, res) => {
    const who = String(req.headers['x-flavour'] ?? '');
    order.push(who);
    held.push({ who, go: () => res.writeHead(200, { 'content-type': 'application/json' }).end('{}') });
  });
  return {
    order,
    held,
    goOn: () => held.shift()?.go(),
  };
}

const flavoured = (flavour: string) => toolCall('list_items', { 'X-Flavour': flavour });

test('a key has so many calls at once at both doors together, and another key of the organisation has its own', async () => {
  await start({ calls: { atOncePerKey: 2, atOncePerOrganisation: 3 } });
  const { held, goOn } = slowUpstream();
  const [one, other] = [harness.caller(), harness.caller()];
  const first = harness.rpc(toolCall('list_items'), { headers: one.bearer });
  const second = harness.send('GET', '/api/items/items', { headers: one.bearer });
  await expect.poll(() => held.length, SOON).toBe(2);

  const tool = await harness.rpc(toolCall('list_items'), { headers: one.bearer });
  expect(diagnosticsOf(tool)).toEqual({
    status: 429,
    code: 'concurrency_limited',
    message: expect.stringContaining('of this key are under way: at most 2'),
    request_id: tool.headers['x-request-id'],
    retry_after_seconds: 1,
  });
  const api = await harness.send('GET', '/api/items/items', { headers: one.bearer });
  expect([api.status, api.json.error.code, api.headers['retry-after']]).toEqual([
    429,
    'concurrency_limited',
    '1',
  ]);
  // What is left of the minute is said with it, as with every other answer.
  expect([api.headers['ratelimit'], api.headers['ratelimit-policy']]).not.toContain(undefined);

  const third = harness.rpc(toolCall('list_items'), { headers: other.bearer });
  await expect.poll(() => held.length, SOON).toBe(3);
  const full = await harness.rpc(toolCall('list_items'), { headers: other.bearer });
  expect(diagnosticsOf(full)).toMatchObject({
    code: 'concurrency_limited',
    message: expect.stringContaining('of your organisation are under way: at most 3'),
  });
  for (let call = 0; call < 3; call += 1) goOn();
  await Promise.all([first, second, third]);
  harness.upstream.answer((_, res) => res.end());
  expect((await harness.send('GET', '/api/items/items', { headers: one.bearer })).status).toBe(200);
});

test('an organisation’s own limit of calls at once holds below the operator’s', async () => {
  await start();
  const { held, goOn } = slowUpstream();
  const { bearer } = harness.caller({ limits: { ...none, atOnce: { perKey: 1, perOrganisation: null } } });
  const first = harness.rpc(toolCall('list_items'), { headers: bearer });
  await expect.poll(() => held.length, SOON).toBe(1);
  const refused = await harness.rpc(toolCall('list_items'), { headers: bearer });
  expect(diagnosticsOf(refused)).toMatchObject({ code: 'concurrency_limited' });
  goOn();
  await first;
});

const waiting = () => metric('latchkey_calls_waiting')[0]?.value;
const underWay = () => metric('latchkey_calls_under_way')[0]?.value;

test('while one organisation has two hundred slow calls waiting, another’s calls are every second that is served', async () => {
  await start({ calls: { atOnce: 4, waiting: 1000, waitSeconds: 300 } });
  const { held, goOn, order } = slowUpstream();
  const [noisy, quiet] = [harness.caller({ org: 'acme' }), harness.caller({ org: 'globex' })];
  const calls = Array.from({ length: 200 }, () => harness.rpc(flavoured('noisy'), { headers: noisy.bearer }));
  await expect.poll(waiting, SOON).toBe(196);
  const others = Array.from({ length: 10 }, () =>
    harness.rpc(flavoured('quiet'), { path: '/mcp/globex', headers: quiet.bearer }),
  );
  await expect.poll(waiting, SOON).toBe(206);
  expect([order.length, underWay()]).toEqual([4, 4]);

  const answered = Promise.all([...calls, ...others]);
  for (let served = 0; served < 210; served += 1) {
    await expect.poll(() => held.length, SOON).toBeGreaterThan(0);
    goOn();
  }
  for (const { json } of await answered) expect(json.result.isError).toBeUndefined();
  // All that globex asked for was begun among the first twenty that were served after it came; four are under way at a
  // time, and may reach the upstream in any order.
  const after = order.slice(4, 28);
  expect(after.filter((who) => who === 'quiet')).toHaveLength(10);
  expect(order.filter((who) => who === 'noisy')).toHaveLength(200);
  expect([waiting(), underWay()]).toEqual([0, 0]);
});

test('where too many wait, the noisiest is told 503 and when to try again, and the others keep their places', async () => {
  await start({ calls: { atOnce: 1, waiting: 3, waitSeconds: 300 } });
  const { held, goOn, order } = slowUpstream();
  const [noisy, quiet] = [harness.caller({ org: 'acme' }), harness.caller({ org: 'globex' })];
  const ofNoisy = () =>
    harness.send('GET', '/api/items/items', { headers: { ...noisy.bearer, 'x-flavour': 'noisy' } });
  const first = ofNoisy();
  await expect.poll(() => held.length, SOON).toBe(1);
  const queued = [ofNoisy(), ofNoisy(), ofNoisy()];
  await expect.poll(waiting, SOON).toBe(3);

  const refused = await ofNoisy();
  expect([refused.status, refused.json.error.code, refused.headers['retry-after']]).toEqual([
    503,
    'overloaded',
    '2',
  ]);
  const others = harness.rpc(flavoured('quiet'), { path: '/mcp/globex', headers: quiet.bearer });
  const statuses = async () => Promise.all([first, ...queued].map(async (answer) => (await answer).status));
  // One of the three has given way.
  await expect
    .poll(
      () => metric('latchkey_calls_not_admitted_total').find(({ values }) => values[0] === 'full')?.value,
      SOON,
    )
    .toBe(2);
  for (let served = 0; served < 4; served += 1) {
    await expect.poll(() => held.length, SOON).toBe(1);
    goOn();
  }
  expect((await others).json.result.isError).toBeUndefined();
  expect((await statuses()).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 503]);
  expect(order.filter((who) => who === 'quiet')).toHaveLength(1);
});

test('a call that waits too long is told so and costs nothing, and one whose caller went away is forgotten', async () => {
  await start({ calls: { atOnce: 1, waitSeconds: 3 } });
  const { held, goOn } = slowUpstream();
  const { bearer } = harness.caller({ limits: monthly(10) });
  const first = harness.rpc(toolCall('list_items'), { headers: bearer });
  await expect.poll(() => held.length, SOON).toBe(1);

  const controller = new AbortController();
  const gone = fetch(`${harness.url}/api/items/items`, { headers: bearer, signal: controller.signal });
  await expect.poll(waiting, SOON).toBe(1);
  controller.abort();
  await expect(gone).rejects.toThrow('aborted');
  await expect.poll(waiting, SOON).toBe(0);

  const late = await harness.rpc(toolCall('create_item', { name: 'x' }), { headers: bearer });
  expect(diagnosticsOf(late)).toMatchObject({ status: 503, code: 'overloaded', retry_after_seconds: 2 });
  // Nothing of it is on record: it was never about to leave.
  const intents = await harness.store.pool.query("select 1 from audit_events where phase = 'intent'");
  expect(intents.rows).toEqual([]);
  goOn();
  await first;
  await expect.poll(used, SOON).toMatchObject({ calls: 1 });
  expect(harness.upstream.received).toHaveLength(1);
});
