import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function furnished() {
  const { orgId, slug } = await portal.organisation();
  const admin = await portal.person({ orgId, role: 'admin' });
  const member = await portal.person({ orgId, role: 'member' });
  const base = `/organisations/${slug}/connections`;
  return { orgId, slug, admin, member, base };
}

describe('the list of connections', () => {
  test('shows admins all of them and others their own, with app, tier, destination and person', async () => {
    const { orgId, admin, member, base } = await furnished();
    const one = await portal.connection({ orgId, userId: member.userId });
    await portal.connection({ orgId, userId: admin.userId, access: 'read' });
    expect(itemsOf(await member.get(base)).map(({ id }) => id)).toEqual([one.grantId]);
    expect(itemsOf(await member.get(`${base}?whose=all`))).toHaveLength(1);
    const all = await admin.get(base);
    expect(all.body).toMatchObject({ total: 2, next_cursor: null });
    expect(itemsOf(all)[1]).toMatchObject({
      id: one.grantId,
      app: { name: 'Claude', tier: 'self_named', host: null },
      destination: 'claude.ai',
      url: 'http://localhost:4747/mcp',
      holder: member.email,
      is_yours: false,
      by: 'consent',
      access: 'full',
      can_lower: true,
      last_used_at: null,
    });
    expect(itemsOf(await admin.get(`${base}?whose=mine`))).toHaveLength(1);
    expect(itemsOf(await admin.get(`${base}?q=${member.email.toUpperCase()}`))).toHaveLength(1);
    expect(itemsOf(await admin.get(`${base}?q=%25`))).toHaveLength(0);
    expect((await admin.get(`${base}?cursor=made-up`)).status).toBe(400);
  });

  test('a thousand of them come in pages, each once, in either order', async () => {
    const { orgId, admin, base } = await furnished();
    const { store } = portal;
    const client = await store.clients.register({
      id: newId('cli'),
      name: 'Many',
      redirectUris: ['https://many.test/callback'],
      authMethod: 'none',
      secretHash: null,
      metadataHash: `many ${orgId}`,
    });
    await store.pool.query(
      `insert into grants (id, org_id, user_id, client_id, access, resource, destination, token_mode, expires_at)
       select 'grt_' || $1 || n, $1, $2, $3, 'read', '/mcp', 'many.test', 'token', now() + interval '1 day'
       from generate_series(1, 1000) n`,
      [orgId, admin.userId, client.id],
    );
    for (const sort of ['created', 'used']) {
      const seen = new Set<unknown>();
      let cursor = '';
      let pages = 0;
      do {
        const page = await admin.get(`${base}?sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`);
        for (const { id } of itemsOf(page)) seen.add(id);
        cursor = (page.body?.['next_cursor'] as string | null) ?? '';
        pages += 1;
      } while (cursor !== '');
      expect({ pages, seen: seen.size }).toEqual({ pages: 10, seen: 1000 });
    }
  });
});

describe('ending a connection', () => {
  test('ends it with its key at once, and the audit log says who did it', async () => {
    const { orgId, admin, member, base } = await furnished();
    const { grantId, secret } = await portal.connection({ orgId, userId: member.userId });
    expect(await portal.verifyKey(secret)).toMatchObject({ access: 'full' });
    expect((await admin.post(`${base}/${grantId}/disconnect`)).status).toBe(200);
    expect(await portal.verifyKey(secret)).toBeUndefined();
    expect(itemsOf(await member.get(base))).toEqual([]);
    expect(errorOf(await member.post(`${base}/${grantId}/disconnect`)).code).toBe('not_found');
    const { rows } = await portal.store.pool.query(
      `select action, actor_id, target from audit_events where grant_id = $1`,
      [grantId],
    );
    expect(rows).toEqual([{ action: 'grant.revoked', actor_id: admin.userId, target: 'Claude' }]);
  });

  test('pressed ten times at once ends it once, and is on record once', async () => {
    const { orgId, admin, member, base } = await furnished();
    const { grantId } = await portal.connection({ orgId, userId: member.userId });
    const press = () => admin.post(`${base}/${grantId}/disconnect`);
    const answers = await Promise.all(Array.from({ length: 10 }, press));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 404),
    ]);
    const { rows } = await portal.store.pool.query('select action from audit_events where grant_id = $1', [
      grantId,
    ]);
    expect(rows).toEqual([{ action: 'grant.revoked' }]);
  });

  test('leaves nothing to take full access from', async () => {
    const { orgId, member, base } = await furnished();
    const { grantId } = await portal.connection({ orgId, userId: member.userId });
    await member.post(`${base}/${grantId}/disconnect`);
    expect((await member.post(`${base}/${grantId}/read-only`)).status).toBe(404);
  });

  test.each(['disconnect', 'read-only'])(
    'another’s is as absent as one that never was, for %s',
    async (act) => {
      const { orgId, slug, admin, member, base } = await furnished();
      const { grantId, secret } = await portal.connection({ orgId, userId: admin.userId });
      const other = await furnished();
      const absent = await member.post(`${base}/${newId('grt')}/${act}`);
      for (const refused of [
        await member.post(`${base}/${grantId}/${act}`),
        await other.admin.post(`${other.base}/${grantId}/${act}`),
        await other.admin.post(`/organisations/${slug}/connections/${grantId}/${act}`),
      ]) {
        expect(refused.status).toBe(404);
      }
      expect(errorOf(await member.post(`${base}/${grantId}/${act}`)).message).toBe(errorOf(absent).message);
      expect(await portal.verifyKey(secret)).toMatchObject({ access: 'full' });
    },
  );
});

describe('full access taken from a connection', () => {
  test('is gone from its key at once, also where a refresh writes the key just then', async () => {
    const { orgId, admin, member, base } = await furnished();
    const { grantId, keyId, secret } = await portal.connection({ orgId, userId: member.userId });
    expect((await member.post(`${base}/${grantId}/read-only`)).status).toBe(200);
    expect(await portal.verifyKey(secret)).toMatchObject({ access: 'read' });
    await portal.store.pool.query(`update keys set access = 'full' where id = $1`, [keyId]);
    expect(await portal.verifyKey(secret)).toMatchObject({ access: 'read' });
    expect(itemsOf(await admin.get(base))[0]).toMatchObject({ access: 'read', can_lower: false });
    expect((await member.post(`${base}/${grantId}/read-only`)).status).toBe(409);
    const { rows } = await portal.store.pool.query(
      `select action, detail->>'from' as was from audit_events where grant_id = $1`,
      [grantId],
    );
    expect(rows).toEqual([{ action: 'grant.lowered', was: 'full' }]);
  });

  test('a connection of a viewer is shown as far as the role reaches', async () => {
    const { orgId, slug } = await furnished();
    const viewer = await portal.person({ orgId, role: 'viewer' });
    await portal.connection({ orgId, userId: viewer.userId });
    const [one] = itemsOf(await viewer.get(`/organisations/${slug}/connections`));
    expect(one).toMatchObject({ access: 'read' });
  });
});
