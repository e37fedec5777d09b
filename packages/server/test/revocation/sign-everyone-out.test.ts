import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { openWorkshop } from '../oauth/support/machines.ts';
import { openWorld, refusalOf, type Connected, type Member, type World } from '../oauth/support/world.ts';
import { keyOf, portalRequest } from './support/portal.ts';
import { refresh, rpc, type Tokens } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { headStart } from './support/head-start.ts';
import { sortAnswers } from './support/sort-answers.ts';
import { untilBlocked } from '../support/until-blocked.ts';

// Two nodes on one database.
let world: World;
let second: SecondNode;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode(world.demo);
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };

const call = async (token: string, node = world.url) =>
  (await rpc(`${node}/mcp`, { authorization: `Bearer ${token}` }, 'tools/list')).status;

const refreshed = (connection: Connected) =>
  refresh(world.url, connection.clientId, connection.tokens.refresh_token);

const signEveryoneOut = (by: Member, slug = by.home, headers: Record<string, string> = {}) =>
  portalRequest(world.url, by, slug, '/sign-everyone-out', headers);

async function liveOf(orgId: string): Promise<{ grants: number; keys: number }> {
  const [row] = await world.rows<{ grants: number; keys: number }>(
    `select (select count(*) from grants where org_id = $1 and revoked_at is null)::int as grants,
            (select count(*) from keys where org_id = $1 and revoked_at is null and grant_id is not null)::int as keys`,
    [orgId],
  );
  return row ?? { grants: -1, keys: -1 };
}

describe.each(['token', 'key'] as const)('in %s mode', (mode) => {
  test('everyone’s connections end, on the node that was told and on the other; refreshing them fails', async () => {
    const organisation = await world.newOrganisation(mode);
    const owner = await world.newMember([organisation, 'owner']);
    const connections: Connected[] = [];
    for (const member of [owner, await world.newMember([organisation, 'viewer'])])
      connections.push(await world.connect(member, 'read'));
    for (const { tokens } of connections)
      for (const node of [world.url, second.url]) expect(await call(tokens.access_token, node)).toBe(200);

    const answer = await signEveryoneOut(owner);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { ended_connections: 2, restarted_machines: 0 },
    ]);
    for (const connection of connections) {
      const { access_token: token } = connection.tokens;
      expect(await call(token)).toBe(401);
      await expect.poll(() => call(token, second.url)).toBe(401);
      expect(await refusalOf(await refreshed(connection))).toEqual(INVALID_GRANT);
    }
    expect(await liveOf(organisation.orgId)).toEqual({ grants: 0, keys: 0 });
  });

  test('57: what was issued within the same second ends, and what is issued right after it does not', async () => {
    const organisation = await world.newOrganisation(mode);
    const owner = await world.newMember([organisation, 'owner']);
    const before = await world.connect(owner, 'full');
    expect((await signEveryoneOut(owner)).status).toBe(200);
    const after = await world.connect(owner, 'full');
    expect(await call(before.tokens.access_token)).toBe(401);
    for (const node of [world.url, second.url]) expect(await call(after.tokens.access_token, node)).toBe(200);
    expect((await refreshed(after)).status).toBe(200);
  });

  test('no other organisation notices, not even for a person who is in both', async () => {
    const [ours, theirs] = [await world.newOrganisation(mode), await world.newOrganisation(mode)];
    const owner = await world.newMember([ours, 'owner'], [theirs, 'member']);
    const here = await world.connect(owner, 'full');
    const there = await world.connect({ ...owner, home: theirs.slug }, 'full');
    expect((await signEveryoneOut(owner)).status).toBe(200);
    await expect.poll(() => call(here.tokens.access_token, second.url)).toBe(401);
    for (const node of [world.url, second.url]) expect(await call(there.tokens.access_token, node)).toBe(200);
    expect((await refreshed(there)).status).toBe(200);
  });

  test('keys that people made by hand stay', async () => {
    const organisation = await world.newOrganisation(mode);
    const owner = await world.newMember([organisation, 'owner']);
    const { secret } = await keyOf(world.url, owner, organisation.slug);
    expect((await signEveryoneOut(owner)).status).toBe(200);
    expect(await call(secret)).toBe(200);
  });

  test('a decision that is not redeemed yet is void; one that is made afterwards counts', async () => {
    const organisation = await world.newOrganisation(mode);
    const owner = await world.newMember([organisation, 'owner']);
    const early = await world.approve(owner, 'full');
    expect((await signEveryoneOut(owner)).status).toBe(200);
    expect(await refusalOf(await world.redeem(early))).toEqual(INVALID_GRANT);
    expect(await refusalOf(await world.redeem(early))).toEqual(INVALID_GRANT);
    expect((await world.redeem(await world.approve(owner, 'full'))).status).toBe(200);
  });

  test('47: a redemption that waits for the order to be done is refused', async () => {
    const organisation = await world.newOrganisation(mode);
    const owner = await world.newMember([organisation, 'owner']);
    const approved = await world.approve(owner, 'full');
    // The order, stopped in the middle: it has the organisation's row and the time, and has not committed.
    const order = await world.latchkey.store.pool.connect();
    try {
      await order.query('begin');
      await order.query('select 1 from organisations where id = $1 for update', [organisation.orgId]);
      await order.query('update organisations set tokens_valid_from = clock_timestamp() where id = $1', [
        organisation.orgId,
      ]);
      const redemption = world.redeem(approved);
      await untilBlocked(world.latchkey.store, 1);
      await order.query('commit');
      expect(await refusalOf(await redemption)).toEqual(INVALID_GRANT);
    } finally {
      await order.query('rollback');
      order.release();
    }
    expect(await liveOf(organisation.orgId)).toEqual({ grants: 0, keys: 0 });
  });

  test('48: redemptions and refreshes on two nodes at the same instant leave nothing alive', async () => {
    const start = headStart();
    let issued = 0;
    for (let round = 0; round < 12; round += 1) {
      const organisation = await world.newOrganisation(mode);
      const owner = await world.newMember([organisation, 'owner']);
      const old = await world.connect(owner, 'full');
      const approved = [
        await world.approve(owner, 'full'),
        await world.approve(owner, 'full'),
        await world.approve(owner, 'full'),
      ];
      const [answer, ...answers] = await Promise.all([
        start.after(() => signEveryoneOut(owner)),
        refreshed(old),
        ...approved.map((each, index) => world.redeem(each, {}, index % 2 === 0 ? world.url : second.url)),
      ]);
      expect(answer.status).toBe(200);
      const { tokens, refusals } = await sortAnswers(answers);
      for (const refusal of refusals) expect(refusal).toEqual(INVALID_GRANT);
      for (const { access_token: token } of tokens)
        for (const node of [world.url, second.url]) await expect.poll(() => call(token, node)).toBe(401);
      start.learn(tokens.length, refusals.length);
      issued += tokens.length;
      expect(await liveOf(organisation.orgId)).toEqual({ grants: 0, keys: 0 });
    }
    // Otherwise the rounds above would have shown nothing.
    expect(issued).toBeGreaterThan(0);
  });
});

describe('a machine', () => {
  test('loses its tokens and may ask again: each time it has one connection', async () => {
    const { admin, organisation, newClient } = await openWorkshop(world);
    const machine = await newClient();
    const ask = async () => {
      const form = { grant_type: 'client_credentials', ...machine };
      const response = await fetch(`${world.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
      return ((await response.json()) as Tokens).access_token;
    };
    for (let round = 0; round < 3; round += 1) {
      const token = await ask();
      for (const node of [world.url, second.url]) expect(await call(token, node)).toBe(200);
      const answer = await signEveryoneOut(admin);
      expect(await answer.json()).toEqual({ ended_connections: 0, restarted_machines: 1 });
      expect(await call(token)).toBe(401);
      await expect.poll(() => call(token, second.url)).toBe(401);
      expect(await call(await ask(), second.url)).toBe(200);
      expect(await liveOf(organisation.orgId)).toEqual({ grants: 1, keys: 1 });
    }
  });

  test('whose connection was ended by hand before stays out', async () => {
    const { admin, organisation, newClient } = await openWorkshop(world);
    const machine = await newClient();
    await world.rows('update grants set revoked_at = now() where org_id = $1 and client_id = $2', [
      organisation.orgId,
      machine.client_id,
    ]);
    expect(await (await signEveryoneOut(admin)).json()).toEqual({
      ended_connections: 0,
      restarted_machines: 0,
    });
    const form = { grant_type: 'client_credentials', ...machine };
    const response = await fetch(`${world.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect(await refusalOf(response)).toEqual(INVALID_GRANT);
  });
});

describe('the order', () => {
  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['member', 403],
    ['viewer', 403],
  ])('of a %s gets %i', async (role, status) => {
    const organisation = await world.newOrganisation();
    const victim = await world.newMember([organisation, 'owner']);
    const connection = await world.connect(victim, 'full');
    const person = await world.newMember([organisation, role]);
    expect((await signEveryoneOut(person)).status).toBe(status);
    expect(await call(connection.tokens.access_token)).toBe(status === 200 ? 401 : 200);
  });

  test('of another organisation’s owner is 404, as for an organisation that nobody has', async () => {
    const theirs = await world.newOrganisation();
    const victim = await world.newMember([theirs, 'owner']);
    const connection = await world.connect(victim, 'full');
    const stranger = await world.newMember([await world.newOrganisation(), 'owner']);
    for (const slug of [theirs.slug, 'nobody-has-this'])
      expect((await signEveryoneOut(stranger, slug)).status).toBe(404);
    expect(await call(connection.tokens.access_token)).toBe(200);
  });

  test.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }],
    ['an old browser at another site', { origin: 'https://evil.test' }],
    ['a form, which cannot send JSON', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['nobody in particular', { cookie: '' }],
  ])('of %s, with an owner’s cookie or none, ends nothing', async (_who, headers) => {
    const owner = await world.newMember([await world.newOrganisation(), 'owner']);
    const connection = await world.connect(owner, 'full');
    expect([401, 403, 415]).toContain((await signEveryoneOut(owner, owner.home, headers)).status);
    expect(await call(connection.tokens.access_token)).toBe(200);
  });

  test('given again ends nothing more, and each is on record with who gave it and what it ended', async () => {
    const organisation = await world.newOrganisation();
    const owner = await world.newMember([organisation, 'owner']);
    await world.connect(owner, 'full');
    for (let time = 0; time < 2; time += 1) expect((await signEveryoneOut(owner)).status).toBe(200);
    const events = await world.rows(
      `select actor_id, outcome, detail from audit_events where org_id = $1 and action = 'organisation.signed_out' order by id`,
      [organisation.orgId],
    );
    expect(events).toEqual(
      [1, 0].map((ended_connections) => ({
        actor_id: owner.userId,
        outcome: 'ok',
        detail: { ended_connections, restarted_machines: 0 },
      })),
    );
  });

  test('that cannot be stored is an error and ends nothing', async () => {
    const owner = await world.newMember([await world.newOrganisation(), 'owner']);
    const connection = await world.connect(owner, 'full');
    await world.rows('alter table changes rename to changes_away');
    try {
      expect((await signEveryoneOut(owner)).status).toBe(500);
    } finally {
      await world.rows('alter table changes_away rename to changes');
    }
    expect(await call(connection.tokens.access_token)).toBe(200);
  });
});
