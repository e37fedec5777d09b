import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, rpc, type Connection } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';
import { startWay } from './support/way-to-database.ts';

// A machine that dies or a firewall that drops says nothing: TCP alone takes a quarter of an hour to notice.
const LONG_BEFORE_TCP_NOTICES = { timeout: 40_000, interval: 200 };

let demo: RunningDemo;
let way: Awaited<ReturnType<typeof startWay>>;
let node: SecondNode;
let acme: Connection;
beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
  way = await startWay(demo.databaseUrl);
  node = await startSecondNode({ url: demo.url, databaseUrl: way.url });
  acme = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
});
afterAll(async () => {
  way.close();
  await node.close();
  await demo.close();
});

const call = async (name: string, args: Record<string, unknown>) => {
  const credential = { authorization: `Bearer ${acme.tokens.access_token}` };
  const answer = await rpc(`${node.url}/mcp/acme`, credential, 'tools/call', { name, arguments: args });
  const { result } = (await answer.json()) as { result: { isError?: boolean; content: [{ text: string }] } };
  return result.isError === true ? (JSON.parse(result.content[0].text) as { code: string }).code : 'made';
};
const write = () => call('create_bundle', { title: 'Made or not' });
const read = () => call('list_bundles', {});

test('one connection that falls silent under what is recorded of writes stops them for a while, not for good', async () => {
  expect(await write()).toBe('made');
  way.leaveUnanswered('{"intent"');
  await expect.poll(write, LONG_BEFORE_TCP_NOTICES).toBe('unavailable');
  expect(way.hasLeftUnanswered()).toBe(true);
  await expect.poll(write, LONG_BEFORE_TCP_NOTICES).toBe('made');
});

test('one connection that falls silent under a quota stops its organisation for a while, not for good', async () => {
  const none = {
    calls_per_month: null,
    credits_per_month: null,
    calls_at_once_per_key: null,
    calls_at_once: null,
  };
  const changed = await fetch(`${demo.url}/portal/v1/organisations/acme/settings/quota`, {
    method: 'PUT',
    headers: {
      cookie: acme.person.cookieHeader(),
      origin: demo.url,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ ...none, calls_per_month: 100_000, was: none }),
  });
  expect(changed.status).toBe(200);
  way.leaveUnanswered('insert into "quota_use"');
  await expect.poll(read, LONG_BEFORE_TCP_NOTICES).toBe('unavailable');
  expect(way.hasLeftUnanswered()).toBe(true);
  await expect.poll(read, LONG_BEFORE_TCP_NOTICES).toBe('made');
});
