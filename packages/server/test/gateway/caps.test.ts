import { Readable } from 'node:stream';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

// docs/limits.md, "How large": what is too large is told how much there may be.
const MB = 1024 * 1024;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

function* megabytes(count: number): Generator<Buffer> {
  const one = Buffer.alloc(MB, 'x');
  for (let sent = 0; sent < count; sent += 1) yield one;
}

test('a message to the MCP door', async () => {
  const { bearer } = harness.caller();
  const large = toolCall('create_item', { name: 'x'.repeat(14 * MB) });
  const { json, status } = await harness.rpc(large, { headers: bearer });
  expect(status).toBe(413);
  expect(json.error).toMatchObject({ code: 'payload_too_large', message: 'A message has at most 14 MB.' });
});

test('a batch of messages', async () => {
  const { bearer } = harness.caller();
  const batch = Array.from({ length: 51 }, (_, id) => call('ping', undefined, id));
  const { headers, json, status } = await harness.rpc(batch, { headers: bearer });
  expect(status).toBe(400);
  expect(json.error.message).toBe('A batch holds at most 50 messages.');
  expect(json.error.data).toEqual({
    code: 'invalid_request',
    request_id: headers['x-request-id'],
  });
});

test.each([
  ['that says its length', { 'content-length': String(51 * MB) }],
  ['that does not', {}],
])('a body to the REST door %s', async (_what, headers) => {
  const { bearer } = harness.caller();
  const answer = await request(`${harness.url}/api/items/media`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/xml', ...headers },
    body: Readable.from(megabytes(51)),
  });
  expect(answer.statusCode).toBe(413);
  expect(await answer.body.json()).toMatchObject({
    error: { code: 'payload_too_large', message: 'A body has at most 50 MB.' },
  });
});

test.each([
  ['that says its length', { 'content-length': String(11 * MB) }],
  ['that does not', {}],
])('the answer to a tool %s', async (_what, headers: Record<string, string>) => {
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'text/plain', ...headers });
    Readable.from(megabytes(11)).pipe(res);
  });
  const { json } = await harness.rpc(toolCall('list_items'), { headers: harness.caller().bearer });
  expect(json.result.isError).toBe(true);
  expect(JSON.parse(json.result.content[0].text)).toMatchObject({
    code: 'upstream_too_large',
    message: 'The answer of the API is larger than 10 MB.',
  });
});
