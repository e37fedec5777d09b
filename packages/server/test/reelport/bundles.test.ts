import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goodClaims } from './support/issuer.ts';
import { at, textAt, type Json } from './support/json.ts';
import { idsOf, makeDraft, makeReady, NO_SUCH } from './support/make.ts';
import { startWorld, type World } from './support/world.ts';

describe('bundles', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test('an organisation starts with one in each state', async () => {
    const { full } = world.organisation();
    for (const status of ['draft', 'ready', 'published']) {
      const { body } = await full('list_bundles', { query: { status } });
      expect(body).toMatchObject({ data: [{ status }], next_cursor: null });
    }
  });

  test('two first calls at the same moment start an organisation once', async () => {
    const { full } = world.organisation();
    await Promise.all(Array.from({ length: 8 }, () => full('get_credit_balance')));
    expect(await idsOf(full, 'list_bundles')).toHaveLength(3);
    expect((await full('list_credit_ledger')).body).toMatchObject({ data: [{ amount: 250 }] });
  });

  test('a bundle begins as a draft and is ready once it has a video and an account', async () => {
    const { full } = world.organisation();
    const created = await full('create_bundle', { json: { title: 'Launch', caption: 'Two\nlines' } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ title: 'Launch', caption: 'Two\nlines', status: 'draft' });
    const path = { bundle_id: textAt(created.body, 'id') };
    const account_ids = await idsOf(full, 'list_accounts');
    const media_ids = await idsOf(full, 'list_media');

    const half = await full('configure_bundle', { path, json: { account_ids } });
    expect(half.body).toMatchObject({ status: 'draft', account_ids, title: 'Launch', caption: 'Two\nlines' });
    const whole = await full('configure_bundle', { path, json: { media_ids, caption: null } });
    expect(whole.body).toMatchObject({ status: 'ready', account_ids, media_ids, caption: null });
    expect((await full('get_bundle', { path })).body).toEqual(whole.body);
  });

  test('a deleted bundle is gone', async () => {
    const { full } = world.organisation();
    const path = { bundle_id: await makeDraft(full) };
    expect((await full('delete_bundle', { path })).status).toBe(204);
    expect((await full('get_bundle', { path })).status).toBe(404);
    expect((await full('delete_bundle', { path })).status).toBe(404);
  });

  test('a published bundle cannot be changed or deleted', async () => {
    const { full } = world.organisation();
    const path = { bundle_id: await makeReady(full) };
    const published = await full('publish_bundle', { path });
    const changed = await full('configure_bundle', { path, json: { title: 'Other' } });
    const deleted = await full('delete_bundle', { path });
    for (const refused of [changed, deleted]) {
      expect(refused.body).toMatchObject({ status: 409, code: 'already_published' });
    }
    expect((await full('get_bundle', { path })).body).toEqual(at(published.body, 'bundle'));
  });

  test('a bundle takes only uploaded media and connected accounts, and says which are not', async () => {
    const { full } = world.organisation();
    const bundle_id = await makeDraft(full);
    const [good = ''] = await idsOf(full, 'list_accounts');
    const upload = await full('create_media_upload', {
      json: { filename: 'a.mp4', content_type: 'video/mp4', size_bytes: 3 },
    });
    const answer = await full('configure_bundle', {
      path: { bundle_id },
      json: {
        account_ids: [good, NO_SUCH.account_id, 'x\u0000'],
        media_ids: [textAt(upload.body, 'media_id')],
      },
    });
    expect(answer.status).toBe(422);
    expect(at(answer.body, 'errors')).toEqual([
      { in: 'body', field: 'account_ids.1', message: 'is not a connected account' },
      { in: 'body', field: 'account_ids.2', message: 'is not a connected account' },
      { in: 'body', field: 'media_ids.0', message: 'is not an uploaded medium' },
    ]);
  });

  test.each<[string, Json, string[]]>([
    ['nothing', {}, ['title']],
    ['a title of another type', { title: 5 }, ['title']],
    ['an empty title', { title: '' }, ['title']],
    ['a title that is too long', { title: 'x'.repeat(121) }, ['title']],
    ['a title with a NUL, which PostgreSQL cannot hold', { title: 'a\u0000b' }, ['title']],
    ['a title with half a surrogate pair', { title: 'a\ud800' }, ['title']],
    ['several faults', { title: null, caption: 7 }, ['title', 'caption']],
    ['a field that does not exist', { title: 'x', status: 'published' }, ['status']],
    ['an organisation of its choice', { title: 'x', org_id: 'org_acme' }, ['org_id']],
    ['a list', [], ['']],
    ['null', null, ['']],
  ])('creating with %s names each fault', async (_what, json, fields) => {
    const answer = await world.organisation().full('create_bundle', { json });
    expect(answer.status).toBe(422);
    const errors = at(answer.body, 'errors');
    expect(errors).toEqual(fields.map((field) => expect.objectContaining({ in: 'body', field })));
  });

  test('a missing field is called required', async () => {
    const { body } = await world.organisation().full('create_bundle', { json: {} });
    expect(at(body, 'errors')).toEqual([{ in: 'body', field: 'title', message: 'is required' }]);
  });

  test('a key named __proto__ is an unknown field like any other', async () => {
    const answer = await world.organisation().full('create_bundle', {
      body: '{"title":"x","__proto__":{"caption":"y"}}',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(422);
    expect(at(answer.body, 'errors', 0, 'field')).toBe('__proto__');
  });

  test('lengths count characters as the document does, not UTF-16 units', async () => {
    const title = '🎬'.repeat(120);
    const answer = await world.organisation().full('create_bundle', { json: { title } });
    expect(answer.body).toMatchObject({ title });
  });

  test('configuring with nothing, with an id twice, or with too many ids is refused', async () => {
    const { full } = world.organisation();
    const path = { bundle_id: await makeDraft(full) };
    const twice = [NO_SUCH.account_id, NO_SUCH.account_id];
    const many = Array.from({ length: 11 }, (_, index) => `med_${String(index).padStart(20, '0')}`);
    for (const json of [{}, { account_ids: twice }, { media_ids: many }]) {
      expect((await full('configure_bundle', { path, json })).status).toBe(422);
    }
  });

  test.each([
    ['not JSON', '{"title":', 'application/json', 400],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'application/json', 400],
    ['empty', '', 'application/json', 400],
    ['of another type', 'title=x', 'application/x-www-form-urlencoded', 415],
    ['too large', JSON.stringify({ title: 'x'.repeat(70_000) }), 'application/json', 413],
  ])('a body that is %s is refused', async (_what, body, type, status) => {
    const answer = await world
      .organisation()
      .full('create_bundle', { body, headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
  });

  test('a body of unannounced length is cut off at the same size', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 20; part += 1) controller.enqueue(Buffer.alloc(8_192, 'x'));
        controller.close();
      },
    });
    const token = await world.issuer.sign(goodClaims());
    const response = await fetch(`${world.url}/bundles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
  });

  test.each([
    'x',
    'bdl_',
    'bdl_%00',
    "bdl_'; drop schema reelport; --",
    '..%2F..%2Fcredits',
    NO_SUCH.bundle_id,
  ])('the id %s names nothing', async (bundle_id) => {
    const { full } = world.organisation();
    const answer = await full('get_bundle', { path: { bundle_id: encodeURI(bundle_id) } });
    expect(answer.status).toBe(404);
  });
});
