import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goodClaims } from './support/issuer.ts';
import { at, textAt } from './support/json.ts';
import { idsOf } from './support/make.ts';
import { startWorld, type World } from './support/world.ts';

const LISTS = ['list_bundles', 'list_accounts', 'list_media', 'list_webhooks', 'list_credit_ledger'];

describe('lists', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test('the pages together hold everything once, newest first, whatever is added meanwhile', async () => {
    const { full } = world.organisation();
    for (let index = 0; index < 6; index += 1) {
      await full('connect_account', { json: { platform: 'youtube', handle: `@channel${index}` } });
    }
    const everything = await idsOf(full, 'list_accounts');
    expect(everything).toHaveLength(8);

    const collected: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '3', ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await full('list_accounts', { query });
      const data = at(body, 'data');
      if (!Array.isArray(data)) throw new Error('data is a list');
      collected.push(...data.map((item) => textAt(item, 'id')));
      await full('connect_account', { json: { platform: 'linkedin', handle: `@late${collected.length}` } });
      const next = at(body, 'next_cursor');
      cursor = typeof next === 'string' ? next : undefined;
    } while (cursor !== undefined);
    expect(collected).toEqual(everything);
  });

  test('the last full page says that it is the last', async () => {
    const { full } = world.organisation();
    const { body } = await full('list_accounts', { query: { limit: '2' } });
    expect(at(body, 'data')).toHaveLength(2);
    expect(at(body, 'next_cursor')).toBeNull();
  });

  test('a filter holds on every page', async () => {
    const { full } = world.organisation();
    await full('connect_account', { json: { platform: 'tiktok', handle: '@second' } });
    const query = { platform: 'tiktok', limit: '1' };
    const first = await full('list_accounts', { query });
    const second = await full('list_accounts', {
      query: { ...query, cursor: textAt(first.body, 'next_cursor') },
    });
    expect(first.body).toMatchObject({ data: [{ handle: '@second' }] });
    expect(second.body).toMatchObject({ data: [{ platform: 'tiktok' }], next_cursor: null });
  });

  test.each(LISTS)('%s answers 400 to a cursor that it did not give', async (list) => {
    const { full } = world.organisation();
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const foreign = [
      'x',
      encode('nothing:1'),
      encode('bundles:-1'),
      encode('bundles:1 or 1=1'),
      encode('bundles:'),
      encode(`${list}:99999999999999999999`),
    ];
    for (const cursor of foreign) {
      const answer = await full(list, { query: { cursor } });
      expect(answer.body).toMatchObject({ status: 400, code: 'invalid_cursor' });
    }
  });

  test('a cursor of one list is unknown to another', async () => {
    const { full } = world.organisation();
    const { body } = await full('list_bundles', { query: { limit: '1' } });
    const cursor = textAt(body, 'next_cursor');
    expect((await full('list_bundles', { query: { cursor } })).status).toBe(200);
    expect((await full('list_accounts', { query: { cursor } })).status).toBe(400);
  });

  test("another organisation's cursor shows nothing of that organisation", async () => {
    const theirs = world.organisation();
    const ours = world.organisation();
    const ourIds = await idsOf(ours.full, 'list_bundles');
    const theirIds = await idsOf(theirs.full, 'list_bundles');
    const { body } = await theirs.full('list_bundles', { query: { limit: '1' } });
    const shown = await idsOf(ours.full, 'list_bundles', { cursor: textAt(body, 'next_cursor') });
    expect(ourIds).toEqual(expect.arrayContaining(shown));
    expect(shown.filter((id) => theirIds.includes(id))).toEqual([]);
  });

  test.each(LISTS)('%s takes a limit from 1 to 100', async (list) => {
    const { full } = world.organisation();
    for (const limit of ['1', '100']) expect((await full(list, { query: { limit } })).status).toBe(200);
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '', '1e2']) {
      const answer = await full(list, { query: { limit } });
      expect(answer.status).toBe(422);
      expect(at(answer.body, 'errors', 0)).toMatchObject({ in: 'query', field: 'limit' });
    }
  });

  test('a misspelt or repeated parameter is refused, so that no filter is lost in silence', async () => {
    const { full } = world.organisation();
    const misspelt = await full('list_bundles', { query: { state: 'draft' } });
    expect(at(misspelt.body, 'errors')).toEqual([
      { in: 'query', field: 'state', message: 'is not known here' },
    ]);
    expect((await full('list_bundles', { query: { status: 'gone' } })).status).toBe(422);
    const token = await world.issuer.sign(goodClaims());
    const repeated = await fetch(`${world.url}/bundles?limit=1&limit=2`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(repeated.status).toBe(422);
  });
});
