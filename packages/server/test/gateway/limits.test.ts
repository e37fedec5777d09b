import { afterEach, expect, test } from 'vitest';
import { startHarness, type Harness, type HarnessOptions } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

// A window of an hour: nothing comes back while a test runs.
const allow = (limit: number) => ({ limit, windowSeconds: 3600 });

let harness: Harness;

async function start(options: HarnessOptions) {
  harness = await startHarness(options);
}
afterEach(() => harness.close());

test('a key that is over its limit is answered 429 in JSON-RPC at the MCP door, and nothing is sent', async () => {
  await start({ perKey: allow(1), perOrganisation: allow(100) });
  const { bearer } = harness.caller();
  const first = await harness.rpc(toolCall('get_credits'), { headers: bearer });
  expect(first.status).toBe(200);
  expect(first.headers).toMatchObject({
    ratelimit: '"key";r=0;t=3600, "organisation";r=99;t=36',
    'ratelimit-policy': '"key";q=1;w=3600, "organisation";q=100;w=3600',
  });
  expect(first.headers['retry-after']).toBeUndefined();

  const second = await harness.rpc(toolCall('get_credits'), { headers: bearer });
  expect(second.status).toBe(429);
  expect(second.json).toMatchObject({
    jsonrpc: '2.0',
    id: 1,
    error: { data: { code: 'rate_limited', request_id: second.headers['x-request-id'] } },
  });
  const wait = Number(second.headers['retry-after']);
  expect(wait).toBeGreaterThan(3500);
  expect(second.json.error.data.retry_after_seconds).toBe(wait);
  expect(second.headers['ratelimit']).toBe(`"key";r=0;t=${wait}`);
  expect(harness.upstream.received).toHaveLength(1);
});

test('a stream of HTTP+SSE that is over the limit is refused, with one word on how long to wait', async () => {
  await start({ perKey: allow(1), perOrganisation: allow(100) });
  const { bearer } = harness.caller();
  expect((await harness.rpc(call('ping'), { headers: bearer })).status).toBe(200);
  const refused = await harness.send('GET', '/mcp/acme/sse', { headers: bearer });
  expect(refused.status).toBe(429);
  expect(refused.headers['retry-after']).toBe(String(refused.json.error.retry_after_seconds));
});

test('the same key has one limit for both doors, and another key of the organisation has its own', async () => {
  await start({ perKey: allow(2), perOrganisation: allow(100) });
  const { bearer } = harness.caller();
  expect((await harness.rpc(call('ping'), { headers: bearer })).status).toBe(200);
  const api = await harness.send('GET', '/api/items/credits', { headers: bearer });
  expect([api.status, api.headers['ratelimit']?.toString().startsWith('"key";r=0;')]).toEqual([200, true]);

  const refused = await harness.send('GET', '/api/items/credits', { headers: bearer });
  expect(refused.status).toBe(429);
  expect(refused.json.error).toMatchObject({
    code: 'rate_limited',
    request_id: refused.headers['x-request-id'],
  });
  expect(refused.json.error.retry_after_seconds).toBe(Number(refused.headers['retry-after']));
  expect((await harness.rpc(call('ping'), { headers: bearer })).status).toBe(429);
  expect((await harness.rpc(call('ping'), { headers: harness.caller().bearer })).status).toBe(200);
});

test('the keys of an organisation share its limit, and other organisations do not feel it', async () => {
  await start({ perKey: allow(100), perOrganisation: allow(2) });
  for (const expected of [200, 200, 429]) {
    expect((await harness.rpc(call('ping'), { headers: harness.caller().bearer })).status).toBe(expected);
  }
  const { bearer } = harness.caller({ org: 'globex' });
  expect((await harness.rpc(call('ping'), { path: '/mcp/globex', headers: bearer })).status).toBe(200);
});

test('each message of a batch counts', async () => {
  await start({ perKey: allow(2), perOrganisation: allow(100) });
  const batch = ['a', 'b', 'c'].map((id) => call('ping', undefined, id));
  const { json, status } = await harness.rpc(batch, { headers: harness.caller().bearer });
  expect(status).toBe(200);
  expect(json.map((answer: { error?: { code: number } }) => answer.error?.code)).toEqual([
    undefined,
    undefined,
    429,
  ]);
});

const month = (calls: number) => ({
  perKey: null,
  perOrganisation: null,
  monthly: { calls, credits: null },
});

test.each<[string, HarnessOptions, Parameters<Harness['caller']>[0]]>([
  ['a rate', { perKey: allow(1), perOrganisation: allow(100) }, {}],
  ['the month’s quota', { calls: {} }, { limits: month(1) }],
])('what %s refuses leaves nothing in the audit log, at either door', async (_limit, options, who) => {
  await start(options);
  const { bearer } = harness.caller(who);
  expect((await harness.rpc(toolCall('get_credits'), { headers: bearer })).json.result.isError).toBe(
    undefined,
  );
  const [tool, api] = [
    await harness.rpc(toolCall('get_credits'), { headers: bearer }),
    await harness.send('GET', '/api/items/credits', { headers: bearer }),
  ];
  expect(tool.text).toMatch(/rate_limited|quota_exceeded/);
  expect(api.status).toBe(429);
  // What comes later is written after it.
  const last = await harness.rpc(toolCall('get_credits'), { headers: harness.caller().bearer });
  const rows = () => harness.auditOf('acme');
  await expect
    .poll(async () => (await rows()).map(({ requestId }) => requestId))
    .toContain(last.headers['x-request-id']);
  expect((await rows()).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  expect(harness.upstream.received).toHaveLength(2);
});

test('callers without a credential take nothing from anyone', async () => {
  await start({ perKey: allow(1), perOrganisation: allow(1) });
  for (let attempt = 0; attempt < 5; attempt += 1) expect((await harness.rpc(call('ping'))).status).toBe(401);
  expect((await harness.rpc(call('ping'), { headers: harness.caller().bearer })).status).toBe(200);
});
