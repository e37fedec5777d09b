import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, rpc, type Connection } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// Two nodes on one database, one quota.
let demo: RunningDemo;
let second: SecondNode;
let acme: Connection;
beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
  second = await startSecondNode(demo);
  acme = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
});
afterAll(async () => {
  await second.close();
  await demo.close();
});

async function put(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${demo.url}/portal/v1/organisations/acme/settings/${path}`, {
    method: 'PUT',
    headers: {
      cookie: acme.person.cookieHeader(),
      origin: demo.url,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

const ask = (node: string, method: string, params?: Record<string, unknown>) =>
  rpc(`${node}/mcp/acme`, { authorization: `Bearer ${acme.tokens.access_token}` }, method, params);

test('of fifty calls that come to two nodes at the same moment exactly as many are made as the month has left', async () => {
  const none = {
    calls_per_month: null,
    credits_per_month: null,
    calls_at_once_per_key: null,
    calls_at_once: null,
  };
  const unlimited = { calls_per_key: null, calls_per_organisation: null };
  await put('quota', { ...none, calls_per_month: 30, was: none });
  // Changes are heard in their order: who shows the second one has heard the first.
  await put('limits', { ...unlimited, calls_per_key: 599, was: unlimited });
  for (const node of [demo.url, second.url])
    await expect
      .poll(async () => (await ask(node, 'tools/list')).headers.get('ratelimit-policy'))
      .toContain('"key";q=599;');

  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, call) =>
      ask(call % 2 === 0 ? demo.url : second.url, 'tools/call', { name: 'list_bundles', arguments: {} }),
    ),
  );
  const results = await Promise.all(
    answers.map(async (answer) => {
      const { result } = (await answer.json()) as {
        result: { isError?: boolean; content: [{ text: string }] };
      };
      return result.isError === true ? (JSON.parse(result.content[0].text) as { code: string }).code : 'made';
    }),
  );
  expect(results.filter((one) => one === 'made')).toHaveLength(30);
  expect(results.filter((one) => one === 'quota_exceeded')).toHaveLength(20);

  const { this_month: month } = await put('quota', {
    ...none,
    calls_per_month: 31,
    was: { ...none, calls_per_month: 30 },
  });
  expect(month).toMatchObject({ calls: 30 });
});
