import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { MODES } from './support/organisations.ts';
import { portalOf } from './support/portal.ts';
import { callByHand } from './support/raw.ts';
import { sdkV1 } from './support/sdk-v1.ts';
import { openWorld, type World } from './support/world.ts';

const bundleSchema = z.object({ id: z.string(), title: z.string() });

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** The ways to show a key; both doors take both. */
const HEADERS = [
  ['X-API-Key', (key: string) => ({ 'x-api-key': key })],
  ['Authorization: Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
] as const;

function rest(path: string, headers: Record<string, string>, body?: object, at = world): Promise<Response> {
  return fetch(`${at.url}/api/reelport${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe.each(MODES)('in %s', (_mode, { slug, email }) => {
  const portal = () => portalOf(world, { slug, email });

  test.each(HEADERS)('one key in %s opens both doors to the same data', async (header, show) => {
    const { secret } = await portal().createAgent({ name: `By ${header}`, role: 'member', access: 'full' });
    const made = await rest('/bundles', show(secret), { title: 'Made at the REST door' });
    expect(made.status).toBe(201);
    const { id } = bundleSchema.parse(await made.json());
    const seen = await callByHand(`${world.url}/mcp/${slug}`, show(secret), 'get_bundle', { bundle_id: id });
    expect(seen.status).toBe(200);
    expect(await seen.text()).toContain('Made at the REST door');
  });

  test('each answer says how much of the key’s limit is left', async () => {
    const { secret } = await portal().createAgent({ name: 'Counter', role: 'member', access: 'read' });
    const first = await rest('/credits/balance', { 'x-api-key': secret });
    expect(first.headers.get('ratelimit-policy')).toContain('"key";q=600;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/"key";r=599;t=1\b/);
    expect(first.headers.get('x-request-id')).toMatch(/^req_/);
  });

  test('a read-only key reads and is refused what changes something', async () => {
    const { secret } = await portal().createAgent({ name: 'Reader', role: 'viewer', access: 'read' });
    const show = { 'x-api-key': secret };
    expect((await rest('/bundles', show)).status).toBe(200);
    const before: unknown = await (await rest('/bundles?limit=100', show)).json();
    const refused = await rest('/bundles', show, { title: 'Never made' });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      error: { code: 'forbidden', request_id: refused.headers.get('x-request-id') },
    });
    expect(await (await rest('/bundles?limit=100', show)).json()).toEqual(before);
  });

  test('the API’s own refusal comes through', async () => {
    const { secret } = await portal().createAgent({ name: 'Blunderer', role: 'member', access: 'full' });
    const refused = await rest('/bundles', { 'x-api-key': secret }, { title: '' });
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused.text()).toContain('title');
  });

  test('a revoked key is refused at both doors on its next request', async () => {
    const { id, secret } = await portal().createAgent({ name: 'Dismissed', role: 'member', access: 'full' });
    const show = { 'x-api-key': secret };
    expect((await rest('/credits/balance', show)).status).toBe(200);
    await portal().revokeKey(id);
    const refused = await rest('/credits/balance', show);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="api"');
    expect(await refused.json()).toMatchObject({ error: { code: 'unauthenticated' } });
    const atMcp = await callByHand(`${world.url}/mcp/${slug}`, show, 'get_credit_balance');
    expect(atMcp.status).toBe(401);
    expect(atMcp.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});

test('what a client got at consent opens the REST door if it is a key, and does not if it is a token', async () => {
  const statuses = await Promise.all(
    MODES.map(async ([mode, { slug, email }]) => {
      const app = await sdkV1.connect(world, {
        path: `/mcp/${slug}`,
        email,
        access: 'full',
        clientName: 'Two doors',
      });
      const { access } = app.tokens();
      await app.close();
      const { status } = await rest('/credits/balance', { authorization: `Bearer ${access}` });
      return [mode, status];
    }),
  );
  expect(statuses).toEqual([
    ['token mode', 401],
    ['key mode', 200],
  ]);
});

test('a key of one organisation finds nothing of another, at either door', async () => {
  const [acme, globex] = await Promise.all(
    MODES.map(([, { slug, email }]) =>
      portalOf(world, { slug, email }).createAgent({ name: 'Neighbour', role: 'member', access: 'full' }),
    ),
  );
  const own = { 'x-api-key': acme?.secret ?? '' };
  const foreign = { 'x-api-key': globex?.secret ?? '' };
  const made = await rest('/bundles', own, { title: 'Of acme alone' });
  const { id } = bundleSchema.parse(await made.json());
  expect((await rest(`/bundles/${id}`, own)).status).toBe(200);
  const refused = await rest(`/bundles/${id}`, foreign);
  expect(refused.status).toBe(404);
  expect(await refused.text()).not.toContain('Of acme alone');
  expect((await callByHand(`${world.url}/mcp/acme`, foreign, 'list_bundles')).status).toBe(401);
});

test('one limit counts a key’s calls at both doors, and leaves other keys alone', async () => {
  const limit = { limit: 4, windowSeconds: 3600 };
  const small = await openWorld({
    limits: { perKey: limit, perOrganisation: { limit: 100, windowSeconds: 3600 } },
  });
  onTestFinished(small.close);
  const portal = portalOf(small, { slug: 'acme', email: 'owner@acme.test' });
  const greedy = await portal.createAgent({ name: 'Greedy', role: 'member', access: 'full' });
  const modest = await portal.createAgent({ name: 'Modest', role: 'member', access: 'full' });
  const show = { 'x-api-key': greedy.secret };
  const atRest = () => rest('/credits/balance', show, undefined, small);
  const atMcp = () => callByHand(`${small.url}/mcp/acme`, show, 'get_credit_balance');

  const left: (string | undefined)[] = [];
  for (const call of [atRest, atMcp, atRest, atMcp]) {
    const answer = await call();
    expect(answer.status).toBe(200);
    left.push(/"key";r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
  }
  expect(left).toEqual(['3', '2', '1', '0']);
  for (const call of [atRest, atMcp]) {
    const refused = await call();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.text()).toContain('rate_limited');
  }
  const other = await rest('/credits/balance', { 'x-api-key': modest.secret }, undefined, small);
  expect(other.status).toBe(200);
});

test('in all of this no key was part of a URL', () => {
  expect(world.wire.credentials().size).toBeGreaterThan(0);
  expect(world.wire.secretsInUrls()).toEqual([]);
});
