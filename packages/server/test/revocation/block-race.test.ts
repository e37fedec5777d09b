import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from '../oauth/support/machines.ts';
import { openWorld, refusalOf, type Member, type World } from '../oauth/support/world.ts';
import { REDIRECT_URI, refresh, rpc, type Tokens } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { headStart } from './support/head-start.ts';
import { sortAnswers } from './support/sort-answers.ts';
import { untilBlocked } from '../support/until-blocked.ts';

// A client is blocked at the instant at which it redeems and refreshes, on two nodes.
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

const ROUNDS = 12;
const INVALID_GRANT = { status: 400, error: 'invalid_grant' };

const call = async (token: string, node: string) =>
  (await rpc(`${node}/mcp`, { authorization: `Bearer ${token}` }, 'tools/list')).status;

const setRule = (workshop: Workshop, subject: string, rule: 'blocked' | null) =>
  workshop.send('PUT', '/client-rules', { subject, rule });

/** A client of the organisation with three decisions for it: one is redeemed by now, two are not. */
async function newApp({ newClient }: Workshop, member: Member) {
  const { client_id } = await newClient({ auth_method: 'none', redirect_uris: [REDIRECT_URI] });
  const approve = async () => ({
    ...(await world.approve(member, 'full', { client_id })),
    clientId: client_id,
  });
  const old = (await (await world.redeem(await approve())).json()) as Tokens;
  return { clientId: client_id, old, codes: [await approve(), await approve()] };
}

async function liveOf(clientId: string): Promise<number> {
  const [row] = await world.rows<{ live: number }>(
    `select count(*)::int as live from grants g join keys k on k.grant_id = g.id
     where g.client_id = $1 and (g.revoked_at is null or k.revoked_at is null)`,
    [clientId],
  );
  return row?.live ?? -1;
}

describe.each(['token', 'key'] as const)('in %s mode', (mode) => {
  test.each(['the client', 'the host that it goes to'])(
    '48: blocking %s races redemptions and refreshes: nothing is alive afterwards',
    async (what) => {
      const workshop = await openWorkshop(world, mode);
      const member = await world.newMember([workshop.organisation, 'member']);
      const start = headStart();
      let issued = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const { clientId, old, codes } = await newApp(workshop, member);
        const subject = what === 'the client' ? clientId : 'host:127.0.0.1';
        const [blocked, ...answers] = await Promise.all([
          start.after(() => setRule(workshop, subject, 'blocked')),
          ...codes.map((each, index) => world.redeem(each, {}, index === 0 ? world.url : second.url)),
          refresh(second.url, clientId, old.refresh_token),
        ]);
        expect(blocked.status).toBe(200);
        const { tokens, refusals } = await sortAnswers(answers);
        for (const refusal of refusals) expect(refusal).toEqual(INVALID_GRANT);
        expect(await liveOf(clientId)).toBe(0);
        for (const { access_token: token, refresh_token: renewal } of [old, ...tokens]) {
          for (const node of [world.url, second.url]) await expect.poll(() => call(token, node)).toBe(401);
          expect(await refusalOf(await refresh(second.url, clientId, renewal))).toEqual(INVALID_GRANT);
        }
        start.learn(tokens.length, refusals.length);
        issued += tokens.length;
        await setRule(workshop, subject, null);
      }
      // Otherwise no round would have been a race.
      expect(issued).toBeGreaterThan(0);
    },
  );

  test('a redemption that waits for a block to be done is refused', async () => {
    const workshop = await openWorkshop(world, mode);
    const member = await world.newMember([workshop.organisation, 'member']);
    const { clientId, codes } = await newApp(workshop, member);
    const { orgId } = workshop.organisation;
    // The block, stopped in the middle: it has the organisation's row and the rule, and has not committed.
    const block = await world.latchkey.store.pool.connect();
    try {
      await block.query('begin');
      await block.query('select 1 from organisations where id = $1 for update', [orgId]);
      await block.query("insert into client_rules (org_id, subject, rule) values ($1, $2, 'blocked')", [
        orgId,
        clientId,
      ]);
      const redemptions = codes.map((each, index) =>
        world.redeem(each, {}, index === 0 ? world.url : second.url),
      );
      await untilBlocked(world.latchkey.store, 2);
      await block.query('commit');
      for (const redemption of redemptions) expect(await refusalOf(await redemption)).toEqual(INVALID_GRANT);
    } finally {
      await block.query('rollback');
      block.release();
    }
  });
});
