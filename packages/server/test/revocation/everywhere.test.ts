import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSuspensions } from '../../src/grants/suspensions.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { AgentId } from '../../src/kernel/ids.ts';
import { openWorkshop, type Workshop } from '../oauth/support/machines.ts';
import { openWorld, refusalOf, type Connected, type Member, type World } from '../oauth/support/world.ts';
import { REDIRECT_URI, refresh, rpc, type Tokens } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { startHeldUpstream } from './support/held-upstream.ts';
import { keyOf } from './support/portal.ts';

// What is decided on the first node, the second refuses: it has had the credential in memory, and calls are under way.
let world: World;
let second: SecondNode;
let items: Awaited<ReturnType<typeof startHeldUpstream>>;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET, trustedProxies: ['127.0.0.1', '::1'] });
  items = await startHeldUpstream(world);
  second = await startSecondNode(world.demo);
});
afterAll(async () => {
  await second.close();
  await world.close();
  await items.close();
});

const suspensions = () => createSuspensions({ store: world.latchkey.store, clock: systemClock });

const call = async (token: string, tool: string, args: Record<string, unknown> = {}) => {
  const bearer = { authorization: `Bearer ${token}` };
  return rpc(`${second.url}/mcp`, bearer, 'tools/call', { name: tool, arguments: args });
};
const listed = async (token: string): Promise<{ status: number; text: string }> => {
  const response = await rpc(`${second.url}/mcp`, { authorization: `Bearer ${token}` }, 'tools/list');
  return { status: response.status, text: await response.text() };
};
const statusOf = async (token: string) => (await listed(token)).status;

const refreshed = ({ clientId, tokens }: Connected) => refresh(second.url, clientId, tokens.refresh_token);

/** Somebody of an organisation with a connection, and the admin who decides about it. */
interface Scene extends Workshop {
  person: Member;
  connection: Connected;
}

async function openScene(mode: 'token' | 'key', role: 'member' | 'viewer' = 'member'): Promise<Scene> {
  const workshop = await openWorkshop(world, mode);
  const person = await world.newMember([workshop.organisation, role]);
  const { client_id } = await workshop.newClient({ auth_method: 'none', redirect_uris: [REDIRECT_URI] });
  const approved = { ...(await world.approve(person, 'full', { client_id })), clientId: client_id };
  const tokens = (await (await world.redeem(approved)).json()) as Tokens;
  const grantId = await world.grantIdOf(client_id);
  return { ...workshop, person, connection: { ...approved, tokens, grantId } };
}

async function keyIdOf({ connection }: Scene): Promise<string> {
  const [row] = await world.rows<{ id: string }>('select id from keys where grant_id = $1', [
    connection.grantId,
  ]);
  return row?.id ?? '';
}

const isDone = (response: Response) => expect(response.status).toBe(200);

type Way = [what: string, decide: (scene: Scene) => Promise<unknown>, refused?: object];

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

const WAYS: Way[] = [
  [
    'its app gave it back',
    ({ connection: { clientId, tokens } }) => {
      const form = { client_id: clientId, token: tokens.refresh_token };
      return fetch(`${world.url}/revoke`, { method: 'POST', body: new URLSearchParams(form) }).then(isDone);
    },
  ],
  [
    'its key was revoked',
    async (scene) => isDone(await scene.send('POST', `/keys/${await keyIdOf(scene)}/revoke`, {})),
  ],
  [
    'it was disconnected',
    async ({ send, connection }) =>
      isDone(await send('POST', `/connections/${connection.grantId}/disconnect`, {})),
  ],
  [
    'its client was deleted',
    async ({ send, connection }) => isDone(await send('POST', `/clients/${connection.clientId}/delete`, {})),
    INVALID_CLIENT,
  ],
  [
    'its client was blocked',
    async ({ send, connection }) =>
      isDone(await send('PUT', '/client-rules', { subject: connection.clientId, rule: 'blocked' })),
  ],
  [
    'the host that it goes to was blocked',
    async ({ send }) =>
      isDone(await send('PUT', '/client-rules', { subject: 'host:127.0.0.1', rule: 'blocked' })),
  ],
  [
    'its member was removed',
    ({ organisation: { orgId }, person: { userId } }) =>
      world.latchkey.people.removeMember({ orgId, userId }),
  ],
  ['its user was disabled', ({ person }) => suspensions().disableUser(person.userId)],
  [
    'its organisation was suspended',
    ({ organisation }) => suspensions().suspendOrganisation(organisation.orgId),
  ],
  ['everyone was signed out', async ({ send }) => isDone(await send('POST', '/sign-everyone-out', {}))],
];

describe.each(['token', 'key'] as const)('54: a connection in %s mode', (mode) => {
  test.each(WAYS)(
    'is refused on the other node once %s; calls under way break off, and a refresh fails',
    async (_what, decide, refused = INVALID_GRANT) => {
      const scene = await openScene(mode);
      const { tokens } = scene.connection;
      expect(await statusOf(tokens.access_token)).toBe(200);
      const held = await items.hold(second.url, scene.organisation.slug, tokens.access_token);

      await decide(scene);

      await expect.poll(() => statusOf(tokens.access_token)).toBe(401);
      expect(await held.called).toBe(401);
      expect(await held.streamed()).not.toBe('whole');
      await expect.poll(held.isOver).toBe(true);
      expect(await refusalOf(await refreshed(scene.connection))).toEqual(refused);
    },
  );

  test('of somebody whose role was lowered reads and no longer writes; a call that could write breaks off', async () => {
    const scene = await openScene(mode);
    const { tokens } = scene.connection;
    expect((await listed(tokens.access_token)).text).toContain('delete_item');
    const held = await items.hold(second.url, scene.organisation.slug, tokens.access_token);

    const { orgId } = scene.organisation;
    await world.latchkey.people.setRole({ orgId, userId: scene.person.userId, role: 'viewer' });

    await expect.poll(async () => (await listed(tokens.access_token)).text).not.toContain('delete_item');
    expect(await statusOf(tokens.access_token)).toBe(200);
    expect(await (await call(tokens.access_token, 'delete_item', { id: '1' })).text()).toContain('no tool');
    expect(await held.called).toBe(401);
    expect(await held.streamed()).not.toBe('whole');
    const next = await refreshed(scene.connection);
    expect([next.status, ((await next.json()) as Tokens).scope]).toEqual([200, 'mcp:read']);
  });

  test('that was made read-only reads and no longer writes; a call that could write breaks off', async () => {
    const scene = await openScene(mode);
    const { grantId, tokens } = scene.connection;
    expect((await listed(tokens.access_token)).text).toContain('delete_item');
    const held = await items.hold(second.url, scene.organisation.slug, tokens.access_token);

    await scene.send('POST', `/connections/${grantId}/read-only`, {}).then(isDone);

    const written = async () => (await call(tokens.access_token, 'delete_item', { id: '1' })).status;
    await expect.poll(written, { timeout: 20_000 }).toBe(403);
    expect(await statusOf(tokens.access_token)).toBe(200);
    expect(await held.called).toBe(401);
    expect(await held.streamed()).not.toBe('whole');
    const next = await refreshed(scene.connection);
    expect([next.status, ((await next.json()) as Tokens).scope]).toEqual([200, 'mcp:read']);
  });

  test('of somebody whose role changed and not what it may goes on, and so does what is under way', async () => {
    const scene = await openScene(mode);
    const { tokens } = scene.connection;
    const held = await items.hold(second.url, scene.organisation.slug, tokens.access_token);
    const { orgId } = scene.organisation;
    const { userId } = scene.person;
    await world.latchkey.people.setRole({ orgId, userId, role: 'admin' });
    // Somebody else's end, announced after it: when that is heard, the change of the role was heard too.
    const stranger = await openScene(mode);
    await world.latchkey.people.removeMember({
      orgId: stranger.organisation.orgId,
      userId: stranger.person.userId,
    });
    await expect.poll(() => statusOf(stranger.connection.tokens.access_token)).toBe(401);
    held.finish();
    expect(await held.called).toBe(200);
    expect(await held.streamed()).not.toBe('broken off');
    expect(await statusOf(tokens.access_token)).toBe(200);
  });

  test('that refreshes keeps what is under way', async () => {
    const scene = await openScene(mode);
    const held = await items.hold(second.url, scene.organisation.slug, scene.connection.tokens.access_token);
    const next = (await (await refreshed(scene.connection)).json()) as Tokens;
    expect(await statusOf(next.access_token)).toBe(200);
    held.finish();
    expect(await held.called).toBe(200);
    expect(await held.streamed()).not.toBe('broken off');
  });
});

test('54: an access token that was revoked by itself is refused on the other node, and its calls break off', async () => {
  const scene = await openScene('token');
  const { connection } = scene;
  const token = connection.tokens.access_token;
  const other = ((await (await refreshed(connection)).json()) as Tokens).access_token;
  const [held, spared] = [
    await items.hold(second.url, scene.organisation.slug, token),
    await items.hold(second.url, scene.organisation.slug, other),
  ];
  const form = { client_id: connection.clientId, token };
  await fetch(`${world.url}/revoke`, { method: 'POST', body: new URLSearchParams(form) }).then(isDone);
  await expect.poll(() => statusOf(token)).toBe(401);
  expect(await held.called).toBe(401);
  spared.finish();
  expect(await spared.called).toBe(200);
});

describe('54: a key made by hand', () => {
  const ENDS: [string, (person: Member, scene: Workshop, keyId: string) => Promise<unknown>][] = [
    ['it was revoked', async (_, { send }, id) => isDone(await send('POST', `/keys/${id}/revoke`, {}))],
    [
      'its member was removed',
      ({ userId }, { organisation: { orgId } }) => world.latchkey.people.removeMember({ orgId, userId }),
    ],
    ['its user was disabled', ({ userId }) => suspensions().disableUser(userId)],
    [
      'its organisation was suspended',
      (_, { organisation }) => suspensions().suspendOrganisation(organisation.orgId),
    ],
  ];
  test.each(ENDS)('is refused on the other node once %s, and its calls break off', async (_what, end) => {
    const workshop = await openWorkshop(world);
    const person = await world.newMember([workshop.organisation, 'member']);
    const { id, secret } = await keyOf(world.url, person, workshop.organisation.slug);
    expect(await statusOf(secret)).toBe(200);
    const held = await items.hold(second.url, workshop.organisation.slug, secret);
    await end(person, workshop, id);
    await expect.poll(() => statusOf(secret)).toBe(401);
    expect(await held.called).toBe(401);
    expect(await held.streamed()).toBe('broken off');
  });
});

describe('54: an agent', () => {
  interface Machine extends Workshop {
    agentId: AgentId;
    clientId: string;
    ask: () => Promise<Response>;
  }

  async function openMachine(): Promise<Machine> {
    const workshop = await openWorkshop(world);
    const machine = await workshop.newClient();
    const [row] = await world.rows<{ agent_id: AgentId }>('select agent_id from clients where id = $1', [
      machine.client_id,
    ]);
    if (row === undefined) throw new Error('no agent');
    const form = { grant_type: 'client_credentials', ...machine };
    const ask = () => fetch(`${second.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    return { ...workshop, agentId: row.agent_id, clientId: machine.client_id, ask };
  }

  const DECISIONS: [string, (machine: Machine) => Promise<unknown>, object][] = [
    [
      'suspended',
      async ({ send, agentId }) => isDone(await send('POST', `/agents/${agentId}/suspend`, {})),
      INVALID_GRANT,
    ],
    [
      'deleted',
      async ({ send, agentId }) => isDone(await send('POST', `/agents/${agentId}/delete`, {})),
      INVALID_CLIENT,
    ],
    [
      'deprived of its client',
      async ({ send, clientId }) => isDone(await send('POST', `/clients/${clientId}/delete`, {})),
      INVALID_CLIENT,
    ],
  ];
  test.each(DECISIONS)(
    'that was %s is refused on the other node with its token, which is not renewed; its calls break off',
    async (_what, decide, refused) => {
      const machine = await openMachine();
      const { access_token: token } = (await (await machine.ask()).json()) as Tokens;
      expect(await statusOf(token)).toBe(200);
      const held = await items.hold(second.url, machine.organisation.slug, token);
      await decide(machine);
      await expect.poll(() => statusOf(token)).toBe(401);
      expect(await held.called).toBe(401);
      expect(await refusalOf(await machine.ask())).toEqual(refused);
    },
  );

  test.each(DECISIONS.slice(0, 2))(
    'that was %s is refused on the other node with its key, and its calls break off',
    async (_what, decide) => {
      const machine = await openMachine();
      const wanted = { name: 'Nightly', access: 'full', expires_in_days: 30 };
      const made = await machine.send('POST', `/agents/${machine.agentId}/keys`, wanted);
      const { secret } = (await made.json()) as { secret: string };
      expect(await statusOf(secret)).toBe(200);
      const held = await items.hold(second.url, machine.organisation.slug, secret);
      await decide(machine);
      await expect.poll(() => statusOf(secret)).toBe(401);
      expect(await held.called).toBe(401);
      expect(await held.streamed()).toBe('broken off');
    },
  );

  test('that was suspended and resumed works again; a deleted one has left its name free', async () => {
    const machine = await openMachine();
    const { access_token: token } = (await (await machine.ask()).json()) as Tokens;
    for (const verb of ['suspend', 'resume'])
      isDone(await machine.send('POST', `/agents/${machine.agentId}/${verb}`, {}));
    await expect.poll(() => statusOf(token)).toBe(200);
    const [agent] = await world.rows<{ name: string }>('select name from agents where id = $1', [
      machine.agentId,
    ]);
    isDone(await machine.send('POST', `/agents/${machine.agentId}/delete`, {}));
    const again = await machine.send('POST', '/agents', { name: agent?.name, role: 'viewer' });
    expect(again.status).toBe(201);
  });
});

describe('what comes back and what does not', () => {
  test('a suspended organisation that is resumed: keys made by hand do, connections do not', async () => {
    const scene = await openScene('key');
    const { organisation, person, connection } = scene;
    const { secret } = await keyOf(world.url, person, organisation.slug);
    expect(await suspensions().suspendOrganisation(organisation.orgId)).toBe(true);
    expect(await suspensions().suspendOrganisation(organisation.orgId)).toBe(false);
    await expect.poll(() => statusOf(secret)).toBe(401);
    expect(await suspensions().resumeOrganisation(organisation.orgId)).toBe(true);
    await expect.poll(() => statusOf(secret)).toBe(200);
    expect(await statusOf(connection.tokens.access_token)).toBe(401);
    expect(await refusalOf(await refreshed(connection))).toEqual(INVALID_GRANT);
  });

  test('a disabled user is signed out everywhere and cannot sign in; enabled again, only that comes back', async () => {
    const scene = await openScene('token');
    const { person, connection } = scene;
    const { secret } = await keyOf(world.url, person, scene.organisation.slug);
    const early = await world.approve(person, 'full');
    expect(await suspensions().disableUser(person.userId)).toBe(true);
    expect(await suspensions().disableUser(person.userId)).toBe(false);
    expect((await person.browser.get('/portal/v1/me', { 'sec-fetch-site': 'same-origin' })).status).toBe(401);
    await expect(world.signIn(person, person.browser)).rejects.toThrow('422');
    expect(await refusalOf(await world.redeem(early))).toEqual(INVALID_GRANT);
    expect(await suspensions().enableUser(person.userId)).toBe(true);
    await world.signIn(person, person.browser);
    for (const token of [secret, connection.tokens.access_token])
      await expect.poll(() => statusOf(token)).toBe(401);
    const fresh = await world.connect(person, 'full');
    await expect.poll(() => statusOf(fresh.tokens.access_token)).toBe(200);
  });
});
