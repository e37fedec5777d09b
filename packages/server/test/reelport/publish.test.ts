import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hold } from './support/hold.ts';
import { at, itemsOf, textAt } from './support/json.ts';
import { idsOf, makeDraft, makeReady, NO_SUCH, statusesOf } from './support/make.ts';
import { startWorld, type Organisation, type World } from './support/world.ts';

describe('publishing', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  const balanceOf = async ({ read }: Organisation) => at((await read('get_credit_balance')).body, 'balance');

  test('takes 25 credits and writes the ledger', async () => {
    const organisation = world.organisation();
    const { full } = organisation;
    const bundle_id = await makeReady(full);
    const { body, status } = await full('publish_bundle', { path: { bundle_id } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ bundle: { status: 'published', credits_spent: 25 }, balance: 225 });
    expect(await balanceOf(organisation)).toBe(225);
    expect((await full('list_credit_ledger')).body).toMatchObject({
      data: [
        { kind: 'publish', amount: -25, balance_after: 225, bundle_id },
        { kind: 'grant', amount: 250, balance_after: 250, bundle_id: null },
      ],
    });
  });

  test('of a bundle that lacks a video or an account is refused and costs nothing', async () => {
    const organisation = world.organisation();
    const bundle_id = await makeDraft(organisation.full);
    const answer = await organisation.full('publish_bundle', { path: { bundle_id } });
    expect(answer.body).toMatchObject({ status: 409, code: 'not_configured' });
    expect(await balanceOf(organisation)).toBe(250);
  });

  test('of a bundle that does not exist is 404', async () => {
    const { full } = world.organisation();
    const answer = await full('publish_bundle', { path: { bundle_id: NO_SUCH.bundle_id } });
    expect(answer.status).toBe(404);
  });

  test('the same bundle ten times at once publishes and costs once', async () => {
    const organisation = world.organisation();
    const path = { bundle_id: await makeReady(organisation.full) };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => organisation.full('publish_bundle', { path })),
    );
    expect(statusesOf(answers)).toEqual([200, ...Array(9).fill(409)]);
    expect(await balanceOf(organisation)).toBe(225);
  });

  test('twenty bundles at once with credits for three publishes exactly three', async () => {
    const organisation = world.organisation();
    const { full } = organisation;
    for (let spent = 0; spent < 7; spent += 1) {
      await full('publish_bundle', { path: { bundle_id: await makeReady(full) } });
    }
    expect(await balanceOf(organisation)).toBe(75);
    const bundleIds = await Promise.all(Array.from({ length: 20 }, () => makeReady(full)));

    const answers = await Promise.all(
      bundleIds.map((bundle_id) => full('publish_bundle', { path: { bundle_id } })),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 402);
    expect(refused).toHaveLength(17);
    for (const { body } of refused) {
      expect(body).toMatchObject({ code: 'insufficient_credits', balance: 0, required: 25 });
    }
    expect(await balanceOf(organisation)).toBe(0);
    // The one that every organisation starts with, the seven, and the three.
    expect(await idsOf(full, 'list_bundles', { status: 'published', limit: '100' })).toHaveLength(11);
    const ledger = itemsOf(at((await full('list_credit_ledger')).body, 'data'));
    expect(ledger.map((entry) => at(entry, 'balance_after'))).toEqual(
      Array.from({ length: 11 }, (_, index) => index * 25),
    );
    expect(ledger.reduce((sum: number, entry) => sum + Number(at(entry, 'amount')), 0)).toBe(0);
  });

  test('that cannot be paid leaves the bundle ready, to be published when there are credits', async () => {
    const { id, full } = world.organisation();
    const path = { bundle_id: await makeReady(full) };
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    await client.query('update reelport.organisations set credits = 24 where org_id = $1', [id]);

    const refused = await full('publish_bundle', { path });
    expect(refused.body).toMatchObject({ status: 402, balance: 24, required: 25 });
    expect((await full('get_bundle', { path })).body).toMatchObject({
      status: 'ready',
      credits_spent: 0,
      published_at: null,
    });

    await client.query('update reelport.organisations set credits = 25 where org_id = $1', [id]);
    await client.end();
    expect((await full('publish_bundle', { path })).body).toMatchObject({ balance: 0 });
  });

  test('the database itself refuses a balance below zero', async () => {
    const { id, full } = world.organisation();
    await full('get_credit_balance');
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    const overdraw = client.query('update reelport.organisations set credits = -1 where org_id = $1', [id]);
    await expect(overdraw).rejects.toThrow(/check constraint/);
    await client.end();
  });

  test('that loses its connection half-way is 503, changes nothing, and the service stays up', async () => {
    const organisation = world.organisation();
    const path = { bundle_id: await makeReady(organisation.full) };
    const row = 'select from reelport.organisations where org_id = $1';
    const held = await hold(world.databaseUrl, row, [organisation.id]);
    const answering = organisation.full('publish_bundle', { path });
    while ((await held.endWaiting()) === 0);
    expect((await answering).status).toBe(503);
    await held.release();
    expect((await organisation.full('get_bundle', { path })).body).toMatchObject({ status: 'ready' });
    expect(await balanceOf(organisation)).toBe(250);
  });

  test('disconnecting an account takes it out of what is not published, and leaves what is', async () => {
    const { full } = world.organisation();
    const published = { bundle_id: await makeReady(full) };
    await full('publish_bundle', { path: published });
    const ready = { bundle_id: await makeReady(full) };
    const [gone = '', kept = ''] = await idsOf(full, 'list_accounts');
    await full('disconnect_account', { path: { account_id: gone } });
    expect((await full('get_bundle', { path: published })).body).toMatchObject({ account_ids: [gone, kept] });
    expect((await full('get_bundle', { path: ready })).body).toMatchObject({ account_ids: [kept] });

    await full('disconnect_account', { path: { account_id: kept } });
    expect(textAt((await full('get_bundle', { path: ready })).body, 'status')).toBe('draft');
  });
});
