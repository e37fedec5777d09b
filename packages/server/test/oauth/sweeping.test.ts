import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { refresh, rpc } from '../support/oauth-client.ts';
import { assertionForm, openWorkshop, signAssertion } from './support/machines.ts';
import { openWorld, refusalOf, type Member, type World } from './support/world.ts';

let world: World;
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  member = await world.newMember([await world.newOrganisation(), 'member']);
});
afterAll(() => world.close());

/** What a node does every ten minutes. */
async function sweep(): Promise<void> {
  const { authorizations, grants, usedIds } = world.latchkey.store;
  await Promise.all([authorizations.deleteExpired(), usedIds.deleteExpired(), grants.deleteLongExpired()]);
}

const callStatus = async (token: string) =>
  (await rpc(`${world.url}/mcp`, { authorization: `Bearer ${token}` }, 'tools/list')).status;

describe('O3: what is kept, and how long', () => {
  test('a used code is known as used while its connection lives: a replay weeks later still ends it', async () => {
    const connection = await world.connect(member, 'read');
    await world.rows(
      `update authorizations set expires_at = expires_at - interval '80 days' where grant_id = $1`,
      [connection.grantId],
    );
    await sweep();
    expect(await callStatus(connection.tokens.access_token)).toBe(200);
    expect(await refusalOf(await world.redeem(connection))).toEqual({ status: 400, error: 'invalid_grant' });
    expect(await callStatus(connection.tokens.access_token)).toBe(401);
  });

  test('a request that nobody finished goes a day after its end, and not before', async () => {
    const open = async () => {
      const { fields } = await member.browser.open((await world.newRequest()).href);
      return hashSecret(fields['transaction'] ?? '');
    };
    const [old, recent] = [await open(), await open()];
    await world.rows(
      `update authorizations set expires_at = now() - interval '25 hours' where id_hash = $1`,
      [old],
    );
    await world.rows(
      `update authorizations set expires_at = now() - interval '23 hours' where id_hash = $1`,
      [recent],
    );
    await sweep();
    expect(
      await world.rows('select id_hash from authorizations where id_hash = any($1)', [[old, recent]]),
    ).toEqual([{ id_hash: recent }]);
  });

  test('the id of an assertion is remembered for as long as the assertion could be shown', async () => {
    const client = await (await openWorkshop(world)).newSigningClient();
    const form = {
      grant_type: 'client_credentials',
      ...assertionForm(await signAssertion(client, world.url, { jti: 'kept until its end' })),
    };
    const ask = () => fetch(`${world.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect((await ask()).status).toBe(200);
    await sweep();
    expect((await ask()).status).toBe(401);
    const count = async () =>
      (await world.rows<{ n: number }>(`select count(*)::int as n from used_ids`))[0]?.n;
    expect(await count()).toBeGreaterThan(0);
    await world.rows(`update used_ids set expires_at = now() - interval '11 minutes'`);
    await sweep();
    expect(await count()).toBe(0);
  });

  test('a connection that ended long ago goes with all its tokens, one that ended yesterday stays on record', async () => {
    const [old, recent, live] = [
      await world.connect(member, 'read'),
      await world.connect(member, 'read'),
      await world.connect(member, 'read'),
    ];
    const age = (grantId: string, days: number) =>
      world.rows('update grants set expires_at = now() - make_interval(days => $2) where id = $1', [
        grantId,
        days,
      ]);
    await age(old.grantId, 91);
    await age(recent.grantId, 1);
    await sweep();
    const ids = [old, recent, live].map(({ grantId }) => grantId);
    const left = await world.rows<{ id: string }>('select id from grants where id = any($1)', [ids]);
    expect(left.map(({ id }) => id).toSorted()).toEqual([recent.grantId, live.grantId].toSorted());
    expect(await world.rows('select 1 from refresh_tokens where grant_id = $1', [old.grantId])).toEqual([]);
    expect(await callStatus(live.tokens.access_token)).toBe(200);
  });

  test('a kept answer is wiped when its time is over; the sweep waits for no refresh that is just under way', async () => {
    const [busy, idle, young] = [
      await world.connect(member, 'read'),
      await world.connect(member, 'read'),
      await world.connect(member, 'read'),
    ];
    for (const { clientId, tokens } of [busy, idle, young])
      expect((await refresh(world.url, clientId, tokens.refresh_token)).status).toBe(200);
    await world.rows(
      `update refresh_tokens set replay_until = now() - interval '1 second'
       where grant_id = any($1) and replay is not null`,
      [[busy.grantId, idle.grantId]],
    );
    const kept = async () => {
      const left = await world.rows<{ grant_id: string }>(
        'select grant_id from refresh_tokens where replay is not null and grant_id = any($1)',
        [[busy, idle, young].map(({ grantId }) => grantId)],
      );
      return left.map(({ grant_id }) => grant_id).toSorted();
    };
    const other = new pg.Client({ connectionString: world.demo.databaseUrl });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('select 1 from refresh_tokens where grant_id = $1 for update', [busy.grantId]);
      await world.latchkey.store.grants.wipeReplays();
      expect(await kept()).toEqual([busy.grantId, young.grantId].toSorted());
    } finally {
      await other.end();
    }
    await world.latchkey.store.grants.wipeReplays();
    expect(await kept()).toEqual([young.grantId]);
  });
});
