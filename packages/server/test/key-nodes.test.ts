import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createPerson, type Person } from '../src/demo/person.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect } from './support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from './support/second-node.ts';

// Two nodes on one database. The second never hears of anything but through the database.
let demo: RunningDemo;
let second: SecondNode;
let person: Person;

beforeAll(async () => {
  demo = await startDemo({ secret: NODES_SECRET });
  second = await startSecondNode(demo);
  person = createPerson({ origins: [demo.url] });
  await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme', person });
});
beforeEach(() =>
  vi.waitFor(
    async () => {
      if ((await fetch(`${second.url}/readyz`)).status !== 200)
        throw new Error('the second node is not ready');
    },
    { timeout: 30_000 },
  ),
);
afterAll(async () => {
  await second.close();
  await demo.close();
});

async function ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${demo.url}/portal/v1/organisations/acme${path}`, {
    method,
    headers: { cookie: person.cookieHeader(), origin: demo.url, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

async function newKey(more: object = {}): Promise<{ id: string; secret: string; hint: string }> {
  const made = await ask('POST', '/keys', { name: 'Deploy', access: 'read', expires_in_days: 7, ...more });
  const { hint } = await ask('GET', `/keys/${String(made['id'])}`);
  return { id: String(made['id']), secret: String(made['secret']), hint: String(hint) };
}

const callAt = (url: string, secret: string) =>
  fetch(`${url}/api/reelport/bundles`, { headers: { 'x-api-key': secret } });

test.each([
  ['without overlap is refused', 0, 401],
  ['with an overlap of an hour still works', 1, 200],
] as const)(
  'a secret that was replaced on one node %s on the other, which had it in memory',
  async (_what, overlapHours, status) => {
    const key = await newKey();
    expect((await callAt(second.url, key.secret)).status).toBe(200);
    const rotated = await ask('POST', `/keys/${key.id}/rotate`, {
      overlap_hours: overlapHours,
      hint: key.hint,
    });
    // The other node hears of it a moment later.
    await expect.poll(async () => (await callAt(second.url, key.secret)).status).toBe(status);
    expect((await callAt(second.url, String(rotated['secret']))).status).toBe(200);
    expect((await callAt(demo.url, key.secret)).status).toBe(status);
  },
);

test('a key with a limit of its own is refused above it, and no other key is', async () => {
  const slow = await newKey({ calls_per_minute: 2 });
  const other = await newKey();
  const answers = [];
  for (let call = 0; call < 3; call += 1) answers.push(await callAt(demo.url, slow.secret));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers[0]?.headers.get('ratelimit-policy')).toContain('"key";q=2;w=60');
  expect((await callAt(demo.url, other.secret)).status).toBe(200);
});
