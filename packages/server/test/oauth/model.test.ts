import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApprovals } from '../../src/grants/approvals.ts';
import { createClientRules } from '../../src/grants/client-rules.ts';
import { highestAccess, lowerAccess, type Access, type Role } from '../../src/kernel/access.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type ClientId, type OrganisationId, type UserId } from '../../src/kernel/ids.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { randomToken } from '../../src/kernel/secret.ts';
import { startDemo, type RunningDemo } from '../support/app.ts';
import {
  newVerifier,
  postToken,
  REDIRECT_URI,
  refresh,
  register,
  rpc,
  type Tokens,
} from '../support/oauth-client.ts';

// Random sequences of what clients, people and admins do, against a model small enough to be believed.
const SECRET = 'a master secret for the model, 32 characters';
const STEPS_PER_RUN = 100;
const RUNS = 100;

let demo: RunningDemo;
let approvals: ReturnType<typeof createApprovals>;
beforeAll(async () => {
  demo = await startDemo({ secret: SECRET, limits: UNLIMITED });
  approvals = createApprovals({
    store: demo.latchkey.store,
    clientRules: createClientRules({ store: demo.latchkey.store, clock: systemClock }),
    clock: systemClock,
    codeKey: deriveKey(SECRET, 'codes'),
    issuer: demo.url,
  });
});
afterAll(() => demo.close());

const UNLIMITED = {
  perKey: { limit: 1_000_000, windowSeconds: 1 },
  perOrganisation: { limit: 1_000_000, windowSeconds: 1 },
};

/** One connection, as the model sees it. */
interface Connection {
  granted: Access;
  live: boolean;
  clientId: string;
  code: string;
  verifier: string;
  /** The newest tokens, and the refresh token that they were got with, if it may still be repeated. */
  tokens: Tokens;
  repeatable: string | undefined;
  /** Refresh tokens that ended for good. */
  spent: string[];
}

interface World {
  orgId: OrganisationId;
  slug: string;
  userId: UserId;
  /** Undefined: removed. */
  role: Role | undefined;
  connections: Connection[];
}

type Step =
  | { do: 'connect'; access: Access }
  | { do: 'redeem again' | 'refresh' | 'repeat' | 'reuse' | 'revoke' | 'read' | 'write'; which: number }
  | { do: 'steal'; which: number }
  | { do: 'become'; role: Role | 'removed' };

const which = fc.nat({ max: 5 });
const access = fc.constantFrom<Access>('read', 'full');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('connect' as const), access }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refresh' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('repeat' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('redeem again' as const, 'reuse', 'revoke', 'steal'), which }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('become' as const),
      role: fc.constantFrom<Role | 'removed'>('admin', 'member', 'viewer', 'removed'),
    }),
  },
);

async function newWorld(tokenMode: 'token' | 'key'): Promise<World> {
  const { people, store } = demo.latchkey;
  const slug = `org-${randomToken()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 20)}`;
  const user = await people.createUser({ email: `${slug}@model.test`, name: '', password: randomToken() });
  const organisation = await people.createOrganisation({ slug, name: slug, tokenMode });
  if (!user.ok || !organisation.ok) throw new Error('no world');
  const { orgId } = organisation.value;
  const { userId } = user.value;
  await store.people.addMember(orgId, userId, 'member');
  return { orgId, slug, userId, role: 'member', connections: [] };
}

async function connect(world: World, clientId: string, wanted: Access): Promise<void> {
  const { verifier, challenge } = newVerifier();
  const transactionId = await approvals.open({
    clientId: clientId as ClientId,
    redirectUri: REDIRECT_URI,
    maxAccess: 'full',
    resource: `/mcp/${world.slug}`,
    resourceOrgId: world.orgId,
    challenge,
    state: null,
    gateBrowser: randomToken(),
    dpopJkt: null,
  });
  const decided = await approvals.decide(transactionId, {
    userId: world.userId,
    requestId: newId('req'),
    choice: { orgId: world.orgId, access: wanted, lifetimeDays: null },
  });
  const { role } = world;
  const allowed = role !== undefined && (wanted === 'read' || highestAccess(role) === 'full');
  assert.equal(decided.ok, allowed, `approving ${wanted} as ${role}`);
  if (!decided.ok) return;
  const code = decided.value.parameters['code'] ?? '';
  const response = await redeem(clientId, code, verifier);
  assert.equal(response.status, 200);
  const tokens = (await response.json()) as Tokens;
  assert.equal(tokens.scope, wanted === 'full' ? 'mcp:call' : 'mcp:read');
  world.connections.push({
    granted: wanted,
    live: true,
    clientId,
    code,
    verifier,
    tokens,
    repeatable: undefined,
    spent: [],
  });
}

function redeem(clientId: string, code: string, verifier: string): Promise<Response> {
  return postToken(demo.url, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT_URI,
  });
}

async function expectInvalidGrant(response: Response): Promise<void> {
  assert.equal(response.status, 400);
  assert.equal(((await response.json()) as { error: string }).error, 'invalid_grant');
}

async function take(world: World, clientIds: readonly [string, string], taken: Step): Promise<void> {
  if (taken.do === 'connect') return connect(world, clientIds[0], taken.access);
  if (taken.do === 'become') return become(world, taken.role);
  const connection = world.connections.at(taken.which % Math.max(1, world.connections.length));
  if (connection === undefined) return;
  const works = connection.live && world.role !== undefined;
  switch (taken.do) {
    case 'redeem again':
      await expectInvalidGrant(await redeem(connection.clientId, connection.code, connection.verifier));
      connection.live = false;
      return;
    case 'refresh': {
      const used = connection.tokens.refresh_token;
      const response = await refresh(demo.url, connection.clientId, used);
      if (!works || world.role === undefined) return expectInvalidGrant(response);
      assert.equal(response.status, 200);
      const tokens = (await response.json()) as Tokens;
      const now = lowerAccess(connection.granted, highestAccess(world.role));
      assert.equal(tokens.scope, now === 'full' ? 'mcp:call' : 'mcp:read');
      if (connection.repeatable !== undefined) connection.spent.push(connection.repeatable);
      connection.repeatable = used;
      connection.tokens = tokens;
      return;
    }
    case 'repeat': {
      if (connection.repeatable === undefined) return;
      const response = await refresh(demo.url, connection.clientId, connection.repeatable);
      if (!works) return expectInvalidGrant(response);
      assert.equal(response.status, 200);
      const again = (await response.json()) as Tokens;
      assert.equal(again.access_token, connection.tokens.access_token);
      assert.equal(again.refresh_token, connection.tokens.refresh_token);
      return;
    }
    case 'reuse': {
      const spent = connection.spent.at(-1);
      if (spent === undefined) return;
      await expectInvalidGrant(await refresh(demo.url, connection.clientId, spent));
      // A member who is gone is refused before anything else is looked at; the connection is dead by then.
      connection.live = false;
      return;
    }
    case 'steal':
      await expectInvalidGrant(await refresh(demo.url, clientIds[1], connection.tokens.refresh_token));
      connection.live = false;
      return;
    case 'revoke': {
      const form = new URLSearchParams({
        client_id: connection.clientId,
        token: connection.tokens.refresh_token,
      });
      assert.equal((await fetch(`${demo.url}/revoke`, { method: 'POST', body: form })).status, 200);
      connection.live = false;
      return;
    }
    case 'read':
      return expectCall(world, connection, 'get_credit_balance', works ? 200 : 401);
    case 'write': {
      const token = connection.tokens.scope === 'mcp:call' ? 'full' : 'read';
      const ceiling = world.role === undefined ? 'read' : highestAccess(world.role);
      const mayWrite = lowerAccess(token, ceiling) === 'full';
      // A viewer is not asked for more: no new consent could help. The answer is a tool's error then.
      const refused = ceiling === 'full' ? 403 : 200;
      return expectCall(
        world,
        connection,
        'create_bundle',
        !works ? 401 : mayWrite ? 200 : refused,
        !mayWrite,
      );
    }
  }
}

async function expectCall(
  { slug }: World,
  { tokens }: Connection,
  name: string,
  status: number,
  isError = false,
): Promise<void> {
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const call = { name, arguments: name === 'create_bundle' ? { title: 'From the model' } : {} };
  const response = await rpc(`${demo.url}/mcp/${slug}`, bearer, 'tools/call', call);
  assert.equal(response.status, status, name);
  if (status !== 200) return;
  const { result } = (await response.json()) as { result: { isError?: boolean } };
  assert.equal(result.isError === true, isError, name);
}

async function become(world: World, role: Role | 'removed'): Promise<void> {
  const { people, store } = demo.latchkey;
  const { orgId, userId } = world;
  if (role === 'removed') {
    if (world.role === undefined) return;
    assert.equal((await people.removeMember({ orgId, userId })).ok, true);
    world.role = undefined;
    for (const connection of world.connections) connection.live = false;
    return;
  }
  if (world.role === undefined) {
    await store.transaction(async (queries) => {
      await queries.people.addMember(orgId, userId, role);
      await queries.changes.add('member', `${orgId}:${userId}`);
    });
  } else {
    assert.equal((await people.setRole({ orgId, userId, role })).ok, true);
  }
  world.role = role;
}

test.each(['token', 'key'] as const)(
  'in %s mode 5,000 random steps of clients, people and admins end as the model says',
  async (tokenMode) => {
    const clientIds = [
      (await register(demo.url, { client_name: `Model ${tokenMode}` })).client_id,
      (await register(demo.url, { client_name: `Thief ${tokenMode}` })).client_id,
    ] as const;
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: STEPS_PER_RUN, maxLength: STEPS_PER_RUN }),
        async (taken) => {
          const world = await newWorld(tokenMode);
          for (const one of taken) {
            await take(world, clientIds, one);
            steps += 1;
          }
        },
      ),
      { numRuns: RUNS / 2 },
    );
    expect(steps).toBeGreaterThanOrEqual((RUNS / 2) * STEPS_PER_RUN);
  },
  300_000,
);
