import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, rpc } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';
import { startWay } from './support/way-to-database.ts';

const SOON = { timeout: 30_000, interval: 50 };

let demo: RunningDemo;
let way: Awaited<ReturnType<typeof startWay>>;
let node: SecondNode;
beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
  way = await startWay(demo.databaseUrl);
  node = await startSecondNode({ url: demo.url, databaseUrl: way.url });
});
afterAll(async () => {
  way.close();
  await node.close();
  await demo.close();
});

test('a node whose database is gone says that it cannot know: 503 for whoever calls, and never yes', async () => {
  const [jwt, key] = await Promise.all([
    connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' }),
    connect(demo.url, { email: 'owner@globex.test', access: 'full', path: '/mcp/globex' }),
  ]);
  const callers = [
    { path: '/mcp/acme', token: jwt.tokens.access_token },
    { path: '/mcp/globex', token: key.tokens.access_token },
  ];
  const call = async ({ path, token }: { path: string; token: string }) => {
    const credential = { authorization: `Bearer ${token}` };
    const { headers, status } = await rpc(node.url + path, credential, 'tools/call', {
      name: 'create_bundle',
      arguments: { title: 'Made or not' },
    });
    return { status, retryAfter: headers.get('retry-after') };
  };
  for (const caller of callers) expect((await call(caller)).status).toBe(200);
  way.close();
  // As soon as it has noticed, and until the database is back.
  for (const caller of callers)
    await expect.poll(() => call(caller), SOON).toEqual({ status: 503, retryAfter: '1' });
  for (const caller of callers) expect((await call(caller)).status).toBe(503);
  const portal = await fetch(`${node.url}/portal/v1/me`, { headers: { cookie: jwt.person.cookieHeader() } });
  expect(portal.status).toBe(503);
});
