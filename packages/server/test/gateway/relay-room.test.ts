import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';

const PATH = '/mcp/acme/c/things';

let harness: Harness;
let held: ServerResponse[];
beforeAll(async () => {
  harness = await startHarness({ relay: { limits: { underWayPerKey: 2, underWayPerOrganisation: 3 } } });
  const url = `${harness.upstream.baseUrl}/mcp`;
  for (const org of ['acme', 'globex']) await publishServer(harness, { org, url, tools: [{ name: 'look' }] });
  held = [];
  harness.upstream.answer((_, res) => void held.push(res));
});
afterAll(() => harness.close());

test('nobody holds all connections of a server that does not answer: each key and organisation has its share', async () => {
  const [greedy, other, third] = [harness.caller(), harness.caller(), harness.caller()];
  const stranger = harness.caller({ org: 'globex' });
  const ask = ({ bearer }: typeof greedy, path = PATH) =>
    harness.rpc(toolCall('look'), { path, headers: bearer });
  const waiting = [ask(greedy), ask(greedy)];
  await expect.poll(() => held.length).toBe(2);
  const refused = await ask(greedy);
  expect(refused).toMatchObject({
    status: 429,
    json: { id: 1, error: { code: 429, data: { code: 'rate_limited' } } },
  });
  expect(refused.headers['retry-after']).toBe('1');
  const listener = { ...greedy.bearer, accept: 'text/event-stream' };
  expect((await harness.send('GET', PATH, { headers: listener })).status).toBe(429);
  waiting.push(ask(other));
  await expect.poll(() => held.length).toBe(3);
  expect((await ask(third)).status).toBe(429);
  waiting.push(ask(stranger, '/mcp/globex/c/things'));
  await expect.poll(() => held.length).toBe(4);

  const answer = JSON.stringify({ ...call('x'), method: undefined, result: { content: [] } });
  for (const res of held) res.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const again = ask(greedy);
  await expect.poll(() => held.length).toBe(5);
  held.at(-1)?.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  expect((await again).status).toBe(200);
  const outcomes = async () => (await harness.auditOf('acme')).map(({ outcome }) => outcome);
  // What found no room was never begun.
  await expect.poll(outcomes).toEqual(['ok', 'ok', 'ok', 'ok']);
});
