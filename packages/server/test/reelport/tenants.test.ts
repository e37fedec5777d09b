import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textAt } from './support/json.ts';
import { idsOf, makeReady } from './support/make.ts';
import { startWorld, type World } from './support/world.ts';

describe('two organisations', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test("see and touch nothing of each other: the other's id answers like one that does not exist", async () => {
    const ours = world.organisation();
    const theirs = world.organisation();
    const bundle = { bundle_id: await makeReady(theirs.full) };
    const [account_id = ''] = await idsOf(theirs.full, 'list_accounts');
    const [media_id = ''] = await idsOf(theirs.full, 'list_media');
    const hook = await theirs.full('create_webhook', {
      json: { url: 'https://hooks.example.com/', events: ['bundle.published'] },
    });
    const before = (await theirs.full('get_bundle', { path: bundle })).body;

    const attempts = await Promise.all([
      ours.full('get_bundle', { path: bundle }),
      ours.full('configure_bundle', { path: bundle, json: { title: 'Taken over' } }),
      ours.full('publish_bundle', { path: bundle }),
      ours.full('delete_bundle', { path: bundle }),
      ours.full('get_bundle_analytics', { path: bundle }),
      ours.full('get_account', { path: { account_id } }),
      ours.full('disconnect_account', { path: { account_id } }),
      ours.full('get_media', { path: { media_id } }),
      ours.full('delete_webhook', { path: { webhook_id: textAt(hook.body, 'id') } }),
    ]);

    for (const { body } of attempts) expect(body).toMatchObject({ status: 404, code: 'not_found' });
    expect((await theirs.full('get_bundle', { path: bundle })).body).toEqual(before);
    expect(await idsOf(theirs.full, 'list_accounts')).toContain(account_id);
    expect(await idsOf(theirs.full, 'list_webhooks')).toHaveLength(1);
    expect((await theirs.full('get_credit_balance')).body).toMatchObject({ balance: 250 });
  });

  test("cannot use each other's media and accounts in a bundle", async () => {
    const ours = world.organisation();
    const theirs = world.organisation();
    const [bundle_id = ''] = await idsOf(ours.full, 'list_bundles', { status: 'draft' });
    const answer = await ours.full('configure_bundle', {
      path: { bundle_id },
      json: {
        account_ids: await idsOf(theirs.full, 'list_accounts'),
        media_ids: await idsOf(theirs.full, 'list_media'),
      },
    });
    expect(answer.status).toBe(422);
  });

  test.each(['list_bundles', 'list_accounts', 'list_media', 'list_webhooks', 'list_credit_ledger'])(
    '%s of one holds nothing of the other',
    async (list) => {
      const ours = world.organisation();
      const theirs = world.organisation();
      for (const { full } of [ours, theirs]) {
        await full('create_webhook', {
          json: { url: 'https://hooks.example.com/', events: ['bundle.published'] },
        });
      }
      const [ourIds, theirIds] = [await idsOf(ours.full, list), await idsOf(theirs.full, list)];
      expect(ourIds.length).toBeGreaterThan(0);
      expect(ourIds.filter((id) => theirIds.includes(id))).toEqual([]);
    },
  );

  test('may connect the same account, each for itself', async () => {
    const json = { platform: 'youtube', handle: '@shared' };
    const statuses = await Promise.all(
      [world.organisation(), world.organisation()].map(
        async ({ full }) => (await full('connect_account', { json })).status,
      ),
    );
    expect(statuses).toEqual([201, 201]);
  });

  test('spend their own credits', async () => {
    const ours = world.organisation();
    const theirs = world.organisation();
    await ours.full('publish_bundle', { path: { bundle_id: await makeReady(ours.full) } });
    expect((await ours.read('get_credit_balance')).body).toMatchObject({ balance: 225 });
    expect((await theirs.read('get_credit_balance')).body).toMatchObject({ balance: 250 });
  });
});
