import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { trailOf } from '../support/trail-of.ts';
import { errorOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

let made = 0;
const newSlug = () => `renamed-${(made += 1)}`;

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const path = `/organisations/${slug}/settings/address`;
  const stored = async () => (await portal.store.people.findOrganisation(orgId))?.slug;
  const rename = (to: string, was = slug, at = path) => person.put(at, { slug: to, was });
  return { orgId, slug, person, path, stored, rename };
}

const taken = (answer: { status: number; body: unknown }) => [answer.status, errorOf(answer as never).code];

describe('the address of an organisation', () => {
  test.each<[Role, number, number]>([
    ['owner', 200, 200],
    ['admin', 200, 403],
    ['member', 200, 403],
    ['viewer', 403, 403],
  ])('a %s who reads it gets %i, who changes it %i', async (role, reading, changing) => {
    const { path, person, rename, slug, stored } = await asRole(role);
    expect((await person.get(path)).status).toBe(reading);
    const becomes = newSlug();
    expect((await rename(becomes)).status).toBe(changing);
    expect(await stored()).toBe(changing === 200 ? becomes : slug);
  });

  test('is changed with a trace, and the one before is named with the day on which it ends', async () => {
    const { orgId, person, rename, slug } = await asRole('owner');
    const becomes = newSlug();
    const answer = await rename(becomes);
    expect(answer.body).toMatchObject({ slug: becomes, former: [{ slug }], alias_days: 30 });
    const former = (answer.body?.['former'] ?? []) as { works_until: string }[];
    const days = (Date.parse(former[0]?.works_until ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    const rows = await trailOf(portal.store, orgId, 'action, actor_id, target, detail');
    expect(rows).toEqual([
      {
        action: 'organisation.slug_changed',
        actor_id: person.userId,
        target: orgId,
        detail: { from: slug, to: becomes, alias_days: 30 },
      },
    ]);
  });

  test('who is signed in finds the organisation by either, and is told which it has', async () => {
    const { person, rename, slug } = await asRole('owner');
    const becomes = newSlug();
    await rename(becomes);
    for (const name of [slug, becomes])
      expect((await person.get(`/organisations/${name}`)).body).toMatchObject({ slug: becomes });
    expect((await person.get('/me')).body).toMatchObject({
      organisations: [{ slug: becomes, former_slugs: [slug] }],
    });
  });

  test('a stranger finds it by neither', async () => {
    const mine = await asRole('owner');
    const other = await asRole('owner');
    const becomes = newSlug();
    await other.rename(becomes);
    for (const name of [other.slug, becomes]) {
      const path = `/organisations/${name}/settings/address`;
      expect((await mine.person.get(path)).status).toBe(404);
      expect((await mine.rename(newSlug(), becomes, path)).status).toBe(404);
    }
    expect(await other.stored()).toBe(becomes);
  });

  test.each([
    ['another organisation’s', async () => (await portal.organisation()).slug],
    [
      'a former one of another organisation',
      async () => {
        const other = await asRole('owner');
        await other.rename(newSlug());
        return other.slug;
      },
    ],
    [
      'a former one of another organisation that works no more',
      async () => {
        const other = await asRole('owner');
        await other.rename(newSlug());
        await portal.store.pool.query(
          `update organisation_slugs set alias_until = now() - interval '1 year' where slug = $1`,
          [other.slug],
        );
        return other.slug;
      },
    ],
    [
      'that of an organisation that was deleted, and is deleted for good',
      async () => {
        const other = await asRole('owner');
        await other.person.post(`/organisations/${other.slug}/settings/danger/delete`, {
          name: (await portal.store.people.findOrganisation(other.orgId))?.name,
        });
        await portal.store.pool.query(
          `update organisations set deleted_at = now() - interval '1 year' where id = $1`,
          [other.orgId],
        );
        await portal.store.transaction((queries) => queries.organisationEnd.deleteLongEnded(30));
        const { rows } = await portal.store.pool.query('select 1 from organisations where id = $1', [
          other.orgId,
        ]);
        expect(rows).toEqual([]);
        return other.slug;
      },
    ],
  ])('is never %s', async (_what, find) => {
    const slug = await find();
    const mine = await asRole('owner');
    expect(taken(await mine.rename(slug))).toEqual([409, 'conflict']);
    expect(await mine.stored()).toBe(mine.slug);
    const created = await portal.people.createOrganisation({ slug, name: 'Mine', tokenMode: 'key' });
    expect(created).toEqual({ ok: false, error: { reason: 'slug_taken' } });
  });

  test.each([
    'Ac me/../x',
    '../evil',
    'acme%2f..',
    'ACME',
    'acme\u202e',
    'acme--x',
    'mcp',
    'well-known',
    'ab',
    '-',
    'a'.repeat(41),
    "x'; drop table organisations; --",
  ])('is never %j', async (hostile) => {
    const { rename, slug, stored } = await asRole('owner');
    expect((await rename(hostile)).status).toBe(400);
    expect(await stored()).toBe(slug);
  });

  test('is not changed twice by the same order, nor over somebody else’s change', async () => {
    const { rename, stored } = await asRole('owner');
    const becomes = newSlug();
    expect((await rename(becomes)).status).toBe(200);
    expect(taken(await rename(becomes))).toEqual([409, 'conflict']);
    expect(taken(await rename(newSlug()))).toEqual([409, 'conflict']);
    expect(await stored()).toBe(becomes);
  });

  test('goes to one of many organisations that ask for it at the same moment', async () => {
    const asking = await Promise.all(Array.from({ length: 6 }, () => asRole('owner')));
    const wanted = newSlug();
    const answers = await Promise.all(asking.map(({ rename }) => rename(wanted)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 409, 409, 409, 409, 409,
    ]);
    const now = await Promise.all(asking.map(({ stored }) => stored()));
    expect(now.filter((slug) => slug === wanted)).toHaveLength(1);
  });

  test('is not swapped by two organisations, not even at the same moment', async () => {
    const [one, other] = [await asRole('owner'), await asRole('owner')];
    const answers = await Promise.all([one.rename(other.slug), other.rename(one.slug)]);
    expect(answers.map(({ status }) => status)).toEqual([409, 409]);
    expect([await one.stored(), await other.stored()]).toEqual([one.slug, other.slug]);
  });

  test('that was its own before is taken back, and the database lets no other row have it', async () => {
    const { orgId, person, rename, slug, stored } = await asRole('owner');
    const becomes = newSlug();
    await rename(becomes);
    expect((await rename(slug, becomes)).body).toMatchObject({ slug, former: [{ slug: becomes }] });
    expect(await stored()).toBe(slug);
    expect((await person.get(`/organisations/${becomes}`)).status).toBe(200);
    const other = await portal.organisation();
    await expect(
      portal.store.pool.query('update organisations set slug = $1 where id = $2', [becomes, other.orgId]),
    ).rejects.toThrow(/organisations_slug_owner/);
    await expect(
      portal.store.pool.query('insert into organisation_slugs (slug, org_id) values ($1, $2)', [
        becomes,
        other.orgId,
      ]),
    ).rejects.toThrow(/organisation_slugs_pkey/);
    expect(await portal.store.organisationSlugs.isOf(orgId, becomes)).toBe(true);
  });

  test('may be another one ten times, and then only one of those that it had', async () => {
    const { rename, slug, stored } = await asRole('owner');
    let now = slug;
    for (let count = 1; count < 10; count += 1) {
      const next = newSlug();
      expect((await rename(next, now)).status).toBe(200);
      now = next;
    }
    const refused = await rename(newSlug(), now);
    expect(taken(refused)).toEqual([403, 'forbidden']);
    expect((await rename(slug, now)).status).toBe(200);
    expect(await stored()).toBe(slug);
  });

  test('that the operator declares is changed by nobody here, and it is said', async () => {
    const { orgId, path, person, rename, slug, stored } = await asRole('owner');
    await portal.store.pool.query('update organisations set declared = true where id = $1', [orgId]);
    expect((await person.get(path)).body).toMatchObject({ is_declared: true });
    expect(taken(await rename(newSlug()))).toEqual([403, 'forbidden']);
    expect(await stored()).toBe(slug);
  });

  test('says how many connections were made at it, and not those of before', async () => {
    const { orgId, path, person, rename, slug } = await asRole('owner');
    const connect = (resource: string, client: string) =>
      portal.store.pool.query(
        `with client as (
           insert into clients (id, kind, name, auth_method, redirect_uris, grant_types)
           values ($3, 'registered', 'App', 'none', '[]', '[]') on conflict do nothing
         )
         insert into grants (id, org_id, user_id, client_id, access, token_mode, resource, destination, expires_at)
         values ('grt_' || gen_random_uuid(), $1, $4, $3, 'read', 'token', $2, 'localhost', now() + interval '1 day')`,
        [orgId, resource, client, person.userId],
      );
    await connect(`/mcp/${slug}`, `app-1-${orgId}`);
    await connect(`/mcp/${slug}/c/crm`, `app-1-${orgId}`);
    await connect(`/mcp/${slug}x`, `app-2-${orgId}`);
    await connect('/mcp', `app-2-${orgId}`);
    expect((await person.get(path)).body).toMatchObject({ connections: 2, apps: 1 });
    expect((await rename(newSlug())).body).toMatchObject({ connections: 0, apps: 0 });
  });
});
