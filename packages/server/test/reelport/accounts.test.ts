import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hold } from './support/hold.ts';
import { at, textAt } from './support/json.ts';
import { idsOf, makeDraft, NO_SUCH, statusesOf } from './support/make.ts';
import { startWorld, type World } from './support/world.ts';

describe('accounts, webhooks and analytics', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test('an account is connected, shown and disconnected', async () => {
    const { full } = world.organisation();
    const connected = await full('connect_account', { json: { platform: 'youtube', handle: '@acme' } });
    expect(connected.status).toBe(201);
    const path = { account_id: textAt(connected.body, 'id') };
    expect((await full('get_account', { path })).body).toEqual(connected.body);
    expect((await full('disconnect_account', { path })).status).toBe(204);
    expect((await full('get_account', { path })).status).toBe(404);
  });

  test('the same account is connected once, however it is spelt and however often at once', async () => {
    const { full } = world.organisation();
    const answers = await Promise.all(
      ['@Acme', '@acme', '@ACME', '@acmE'].map((handle) =>
        full('connect_account', { json: { platform: 'youtube', handle } }),
      ),
    );
    expect(statusesOf(answers)).toEqual([201, 409, 409, 409]);
  });

  test('an account that is disconnected while a bundle takes it is in no bundle afterwards', async () => {
    const { id, full } = world.organisation();
    const [account_id = ''] = await idsOf(full, 'list_accounts');
    const path = { bundle_id: await makeDraft(full) };
    const bundle = 'select from reelport.bundles where org_id = $1 and id = $2';
    const held = await hold(world.databaseUrl, bundle, [id, path.bundle_id]);
    const configuring = full('configure_bundle', { path, json: { account_ids: [account_id] } });
    while ((await held.waiting()) < 1);
    let disconnected = false;
    const disconnecting = full('disconnect_account', { path: { account_id } }).finally(() => {
      disconnected = true;
    });
    while (!disconnected && (await held.waiting()) < 2);
    await held.release();

    expect((await configuring).status).toBe(200);
    expect((await disconnecting).status).toBe(204);
    expect((await full('get_bundle', { path })).body).toMatchObject({ account_ids: [] });
  });

  test.each(['acme', '@', '@a b', `@${'x'.repeat(64)}`, '@a\n', 5])(
    'the handle %j is refused',
    async (handle) => {
      const answer = await world
        .organisation()
        .full('connect_account', { json: { platform: 'youtube', handle } });
      expect(answer.status).toBe(422);
      expect(at(answer.body, 'errors', 0, 'field')).toBe('handle');
    },
  );

  test('the secret of a webhook is shown once and is not in the list', async () => {
    const { full } = world.organisation();
    const json = { url: 'https://hooks.example.com/a?b=%20c', events: ['bundle.published', 'credits.low'] };
    const created = await full('create_webhook', { json });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject(json);
    const listed = await full('list_webhooks');
    expect(JSON.stringify(listed.body)).toContain('hooks.example.com');
    expect(JSON.stringify(listed.body)).not.toContain(textAt(created.body, 'secret'));
    expect((await full('delete_webhook', { path: { webhook_id: textAt(created.body, 'id') } })).status).toBe(
      204,
    );
    expect(await idsOf(full, 'list_webhooks')).toEqual([]);
  });

  test('a webhook that is not there cannot be deleted', async () => {
    const { full } = world.organisation();
    for (const webhook_id of [NO_SUCH.webhook_id, 'x']) {
      expect((await full('delete_webhook', { path: { webhook_id } })).status).toBe(404);
    }
  });

  test.each([
    'http://hooks.example.com/',
    'HTTPS://hooks.example.com/',
    'https://',
    'https://user:secret@hooks.example.com/',
    'https://hooks.example.com/ x',
    'https://hooks.example.com/\nx',
    'https://hooks.example.com/%zz',
    'javascript:alert(1)',
    `https://hooks.example.com/${'x'.repeat(500)}`,
    7,
  ])('a webhook to %j is refused', async (url) => {
    const answer = await world
      .organisation()
      .full('create_webhook', { json: { url, events: ['bundle.published'] } });
    expect(answer.status).toBe(422);
    expect(at(answer.body, 'errors', 0, 'field')).toBe('url');
  });

  test.each([[[]], [['bundle.published', 'bundle.published']], [['bundle.deleted']], ['bundle.published']])(
    'a webhook for the events %j is refused',
    async (events) => {
      const json = { url: 'https://hooks.example.com/', events };
      expect((await world.organisation().full('create_webhook', { json })).status).toBe(422);
    },
  );

  test('the overview covers 28 days up to today, and its total is the sum of its days', async () => {
    const { read } = world.organisation();
    const { body } = await read('get_analytics_overview');
    expect(body).toMatchObject({ from: '2026-10-24', to: '2026-11-20' });
    const days = at(body, 'days');
    if (!Array.isArray(days)) throw new Error('days is a list');
    expect(days).toHaveLength(28);
    expect(days.reduce((sum: number, day) => sum + Number(at(day, 'views')), 0)).toBe(
      at(body, 'total', 'views'),
    );
    expect(body).toMatchObject({
      top_bundles: [{ title: 'Welcome to Reelport', views: at(body, 'total', 'views') }],
    });
  });

  test('a period cuts the numbers, its first and last day included', async () => {
    const { read } = world.organisation();
    const [bundle_id = ''] = await idsOf(read, 'list_bundles', { status: 'published' });
    const query = { from: '2026-11-10', to: '2026-11-12' };
    const { body } = await read('get_bundle_analytics', { path: { bundle_id }, query });
    expect(body).toMatchObject({
      bundle_id,
      ...query,
      days: [{ date: '2026-11-10' }, { date: '2026-11-11' }, { date: '2026-11-12' }],
    });
  });

  test('a bundle without numbers has zeros', async () => {
    const { read } = world.organisation();
    const [bundle_id = ''] = await idsOf(read, 'list_bundles', { status: 'draft' });
    const { body } = await read('get_bundle_analytics', { path: { bundle_id } });
    expect(body).toMatchObject({ total: { views: 0, likes: 0, shares: 0 }, days: [] });
  });

  test.each([
    { from: '2026-11-20', to: '2026-11-19' },
    { from: '2024-01-01', to: '2026-01-01' },
    { from: '2026-02-30' },
    { to: '0000-01-01' },
    { to: '1969-12-31' },
    { from: 'yesterday' },
    { from: '' },
  ])('the period %j is refused', async (query) => {
    const { read } = world.organisation();
    expect((await read('get_analytics_overview', { query })).status).toBe(422);
  });
});
