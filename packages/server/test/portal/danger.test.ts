import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { newId } from '../../src/kernel/ids.ts';
import { errorOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const path = `/organisations/${slug}/settings/danger`;
  const found = () => portal.store.people.findOrganisation(orgId);
  const name = (await found())?.name ?? '';
  const remove = (typed: string = name, at = path) => person.post(`${at}/delete`, { name: typed });
  return { orgId, slug, name, person, path, found, remove };
}

const rowsOf = async (statement: string, values: unknown[]) =>
  (await portal.store.pool.query<Record<string, unknown>>(statement, values)).rows;

describe('deleting an organisation', () => {
  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 403],
    ['member', 403],
    ['viewer', 403],
  ])('a %s who looks at what would end, and deletes, gets %i', async (role, status) => {
    const { found, path, person, remove } = await asRole(role);
    expect((await person.get(path)).status).toBe(status);
    expect((await remove()).status).toBe(status);
    expect((await found()) === undefined).toBe(status === 200);
  });

  test('takes its name, typed exactly; nothing happens for another one', async () => {
    const { found, name, remove } = await asRole('owner');
    for (const typed of ['', 'delete', name.toUpperCase(), `${name}\u200b`, `${name}x`])
      expect([typed, (await remove(typed)).status]).toEqual([typed, 400]);
    expect(await found()).toMatchObject({ name, deletedAt: null });
  });

  test('is not done by the owner of another organisation', async () => {
    const [mine, other] = [await asRole('owner'), await asRole('owner')];
    expect((await mine.person.get(other.path)).status).toBe(404);
    expect((await mine.remove(other.name, other.path)).status).toBe(404);
    expect(await other.found()).toMatchObject({ deletedAt: null });
  });

  test('needs a sign-in of the last minutes', async () => {
    const { found, person, remove } = await asRole('owner');
    await portal.store.pool.query(
      `update sessions set confirmed_at = now() - interval '1 day', created_at = now() - interval '1 day'
       where user_id = $1`,
      [person.userId],
    );
    const refused = await remove();
    expect([refused.status, errorOf(refused).code]).toEqual([403, 'reauthentication_required']);
    expect(await found()).toMatchObject({ deletedAt: null });
  });

  test('that the operator declares is refused, and it is said', async () => {
    const { found, orgId, path, person, remove } = await asRole('owner');
    await portal.store.pool.query('update organisations set declared = true where id = $1', [orgId]);
    expect((await person.get(path)).body).toMatchObject({ is_declared: true });
    expect((await remove()).status).toBe(403);
    expect(await found()).toMatchObject({ deletedAt: null });
  });

  test('says before what ends, ends that, and leaves a trace in its own log and in the operator’s', async () => {
    const { name, orgId, path, person, remove, slug } = await asRole('owner');
    const member = await portal.person({ orgId, role: 'member' });
    const wanted = { name: 'CI', access: 'read', expires_in_days: 30 };
    for (const one of [person, member])
      expect((await one.post(`/organisations/${slug}/keys`, wanted)).status).toBe(201);
    const effect = { people: 2, connections: 0, keys: 2, agents: 0, connectors: 0 };
    expect((await person.get(path)).body).toEqual({ name, is_declared: false, kept_days: 30, effect });
    expect(await remove()).toMatchObject({ status: 200, body: { effect } });

    for (const one of [person, member]) {
      expect((await one.get(`/organisations/${slug}`)).status).toBe(404);
      expect((await one.get('/me')).body).toMatchObject({ organisations: [] });
    }
    const live = 'select 1 from keys where org_id = $1 and revoked_at is null';
    expect(await rowsOf(live, [orgId])).toEqual([]);
    const traces = await rowsOf(
      `select org_id, actor_id, detail from audit_events where action = 'organisation.deleted' and target = $1
       order by org_id nulls last`,
      [orgId],
    );
    const trace = { actor_id: person.userId, detail: { slug, name, ...effect } };
    expect(traces).toEqual([
      { org_id: orgId, ...trace },
      { org_id: null, ...trace },
    ]);
  });

  test('takes imports that are not over with it, and the credentials that came with them', async () => {
    const { orgId, person, remove } = await asRole('owner');
    const other = await asRole('owner');
    for (const [org, by] of [
      [orgId, person],
      [other.orgId, other.person],
    ] as const)
      await portal.store.pool.query(
        `insert into imports (id, org_id, created_by, expires_at, state, source, settings, credential_sealed)
         values ($1, $2, $3, now() + interval '1 day', 'ready', '{}', '{}', 'sealed')`,
        [newId('imp'), org, by.userId],
      );
    expect((await remove()).status).toBe(200);
    const left = await rowsOf('select org_id from imports where org_id = any($1)', [[orgId, other.orgId]]);
    expect(left).toEqual([{ org_id: other.orgId }]);
  });

  test('a second order finds nothing to delete', async () => {
    const { orgId, remove } = await asRole('owner');
    const answers = await Promise.all([remove(), remove(), remove()]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await remove()).status).toBe(404);
    const traces = await rowsOf(
      `select 1 from audit_events where action = 'organisation.deleted' and org_id = $1`,
      [orgId],
    );
    expect(traces).toHaveLength(1);
  });

  test('leaves its row for a while, then nothing but its address and its audit log', async () => {
    const { orgId, person, remove, slug } = await asRole('owner');
    await person.post(`/organisations/${slug}/keys`, { name: 'CI', access: 'read', expires_in_days: 30 });
    await person.post(`/organisations/${slug}/clients`, {
      name: 'Importer',
      auth_method: 'client_secret_post',
      agent_role: 'member',
    });
    await remove();
    const sweep = () => portal.store.transaction((queries) => queries.organisationEnd.deleteLongEnded(30));
    await sweep();
    expect(await rowsOf('select 1 from organisations where id = $1', [orgId])).toHaveLength(1);
    await portal.store.pool.query(
      `update organisations set deleted_at = now() - interval '31 days' where id = $1`,
      [orgId],
    );
    await sweep();
    for (const table of ['keys', 'grants', 'agents', 'clients', 'memberships'])
      expect([table, await rowsOf(`select 1 from ${table} where org_id = $1`, [orgId])]).toEqual([table, []]);
    expect(await rowsOf('select slug from organisation_slugs where org_id = $1', [orgId])).toEqual([
      { slug },
    ]);
    const actions = await rowsOf('select action from audit_events where org_id = $1', [orgId]);
    expect(actions).toContainEqual({ action: 'organisation.deleted' });
  });

  test('the operator does not bring it back', async () => {
    const { found, orgId, remove } = await asRole('owner');
    await remove();
    expect(await portal.store.people.setSuspended(orgId, false)).toBe(false);
    expect(await found()).toBeUndefined();
  });
});
