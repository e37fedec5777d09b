import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, rpc, type Connection } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// Two nodes on one database. The second never hears of anything but through the database.
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

beforeEach(() =>
  vi.waitFor(
    async () => {
      const { status } = await fetch(`${second.url}/readyz`);
      if (status !== 200) throw new Error('the second node is not ready');
    },
    { timeout: 20_000 },
  ),
);

const NONE = { calls_per_key: null, calls_per_organisation: null };

async function atPortal(method: 'PUT' | 'POST', path: string, body: unknown): Promise<Response> {
  return fetch(`${demo.url}/portal/v1/organisations/acme${path}`, {
    method,
    headers: {
      cookie: acme.person.cookieHeader(),
      origin: demo.url,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
}

async function limit(becomes: object, was: object): Promise<void> {
  const answer = await atPortal('PUT', '/settings/limits', { ...becomes, was });
  expect(answer.status).toBe(200);
}

const asksTools = (node: string, secret: string) =>
  rpc(`${node}/mcp/acme`, { authorization: `Bearer ${secret}` }, 'tools/list');

/** How many calls in a minute each answer says there may be, of one key and of all. */
async function saidBy(node: string, secret: string): Promise<string | null> {
  return (await asksTools(node, secret)).headers.get('ratelimit-policy');
}

test('what an admin sets on one node holds on every node from the next call on, and until it is taken back', async () => {
  const { access_token: token } = acme.tokens;
  const operators = '"key";q=600;w=60, "organisation";q=6000;w=60';
  for (const node of [demo.url, second.url]) expect(await saidBy(node, token)).toBe(operators);

  const own = { calls_per_key: 5, calls_per_organisation: 9 };
  await limit(own, NONE);
  const owns = '"key";q=5;w=60, "organisation";q=9;w=60';
  expect(await saidBy(demo.url, token)).toBe(owns);
  await expect.poll(() => saidBy(second.url, token)).toBe(owns);

  await limit(NONE, own);
  await expect.poll(() => saidBy(second.url, token)).toBe(operators);
  expect(await saidBy(demo.url, token)).toBe(operators);
});

test('a call above the organisation’s own limit is refused at both doors and by the API of the portal, and says when to try again', async () => {
  const made = await atPortal('POST', '/keys', { name: 'Busy', access: 'read', expires_in_days: 7 });
  const { secret } = (await made.json()) as { secret: string };
  const own = { calls_per_key: 2, calls_per_organisation: null };
  await limit(own, NONE);
  expect((await asksTools(demo.url, secret)).status).toBe(200);
  expect((await asksTools(demo.url, secret)).status).toBe(200);

  const headers = { 'x-api-key': secret };
  const refused = [
    await asksTools(demo.url, secret),
    await fetch(`${demo.url}/api/reelport/v1/organization`, { headers }),
    await fetch(`${demo.url}/portal/v1/organisations/acme/keys`, { headers }),
  ];
  for (const answer of refused) {
    expect(answer.status).toBe(429);
    expect(answer.headers.get('ratelimit-policy')).toBe('"key";q=2;w=60');
    const wait = Number(answer.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(30);
  }
  await limit(NONE, own);
  await expect.poll(async () => (await asksTools(demo.url, secret)).status).toBe(200);
});

test('another organisation does not feel it', async () => {
  const own = { calls_per_key: 1, calls_per_organisation: 1 };
  await limit(own, NONE);
  const globex = await connect(demo.url, {
    email: 'owner@globex.test',
    access: 'read',
    path: '/mcp/globex',
  });
  const answer = await rpc(
    `${demo.url}/mcp/globex`,
    { authorization: `Bearer ${globex.tokens.access_token}` },
    'tools/list',
  );
  expect(answer.headers.get('ratelimit-policy')).toBe('"key";q=600;w=60, "organisation";q=6000;w=60');
  await limit(NONE, own);
});
