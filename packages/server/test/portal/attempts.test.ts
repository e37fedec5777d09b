import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrganisationId, UserId } from '../../src/kernel/ids.ts';
import { itemsOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const NAME = 'Claude';
const ALLOWED = ['authorize', 'sign_in', 'signed_in', 'consent', 'allowed'];

/** Attempts of one kind, a second apart, the latest a minute ago. */
async function seed(
  of: { orgId: OrganisationId | null; userId?: UserId; steps?: string[]; name?: string },
  count = 1,
): Promise<void> {
  const { store, clock } = portal;
  for (let index = 0; index < count; index += 1) {
    const at = new Date(clock.nowMs() - 60_000 - index * 1000);
    await store.connectionAttempts.create({
      id: `att_${of.orgId ?? 'none'}_${of.userId ?? ''}_${of.name ?? ''}_${index}`,
      orgId: of.orgId,
      resource: '/mcp/acme',
      source: 'hashed',
      network: '203.0.113.0/24',
      userAgent: 'Claude-User',
      clientName: of.name ?? NAME,
      userId: of.userId ?? null,
      steps: (of.steps ?? ['challenged']).map((step) => ({ step, at: at.toISOString() })),
      startedAt: at,
      lastAt: at,
    });
  }
}

async function furnished() {
  const { orgId, slug } = await portal.organisation();
  const admin = await portal.person({ orgId, role: 'admin' });
  const member = await portal.person({ orgId, role: 'member' });
  return { orgId, slug, admin, member, base: `/organisations/${slug}/attempts` };
}

test('admins see what was tried here with its network, others what they signed in to themselves', async () => {
  const { orgId, admin, member, base } = await furnished();
  await seed({ orgId });
  await seed({ orgId, userId: member.userId, steps: ALLOWED, name: 'Cursor' });
  const all = itemsOf(await admin.get(base));
  expect(all).toHaveLength(2);
  expect(all[1]).toMatchObject({ network: '203.0.113.0/24', by: 'sign_in' });
  const own = itemsOf(await member.get(base));
  expect(own).toHaveLength(1);
  expect(own[0]).toMatchObject({
    app: { name: 'Cursor', user_agent: 'Claude-User' },
    url: 'http://localhost:4747/mcp/acme',
    person: member.email,
    network: null,
    verdict: { state: 'stopped', code: 'code_left', step: 'allowed' },
  });
  expect(own[0]?.['steps']).toHaveLength(ALLOWED.length);
});

test('nobody sees another organisation’s, nor a stranger’s name in their own', async () => {
  const one = await furnished();
  const other = await furnished();
  await seed({ orgId: one.orgId, userId: other.member.userId, steps: ALLOWED });
  await seed({ orgId: null, name: 'Nobody’s' });
  const [seen] = itemsOf(await one.admin.get(one.base));
  expect(seen).toMatchObject({ person: null });
  expect(JSON.stringify(seen)).not.toContain(other.member.email);
  expect(itemsOf(await other.admin.get(other.base))).toEqual([]);
  expect((await other.admin.get(one.base)).status).toBe(404);
  // Whoever is no member there sees it nowhere, though it is their own.
  expect(itemsOf(await other.member.get(other.base))).toEqual([]);
});

test('come in pages, each once, are found by app and person, and asked for from a moment on', async () => {
  const { orgId, admin, member, base } = await furnished();
  await seed({ orgId, name: 'Crowd' }, 130);
  await seed({ orgId, userId: member.userId, steps: [...ALLOWED, 'token', 'initialize', 'tools_list'] });
  const seen = new Set<unknown>();
  let cursor = '';
  let pages = 0;
  do {
    const page = await admin.get(cursor === '' ? base : `${base}?cursor=${cursor}`);
    for (const { id } of itemsOf(page)) seen.add(id);
    cursor = (page.body?.['next_cursor'] as string | null) ?? '';
    pages += 1;
  } while (cursor !== '');
  expect({ pages, seen: seen.size }).toEqual({ pages: 3, seen: 131 });
  expect(itemsOf(await admin.get(`${base}?q=${member.email.toUpperCase()}`))).toHaveLength(1);
  expect(itemsOf(await admin.get(`${base}?q=%25%27`))).toEqual([]);
  expect(itemsOf(await admin.get(`${base}?show=connected`))).toHaveLength(1);
  expect(itemsOf(await admin.get(`${base}?show=stopped`))).toHaveLength(50);
  const { now } = (await admin.get(base)).body as { now: string };
  expect(itemsOf(await admin.get(`${base}?since=${now}`))).toEqual([]);
  for (const bad of ['since=yesterday', 'show=all', 'cursor=made-up'])
    expect((await admin.get(`${base}?${bad}`)).status).toBe(400);
});

test('what is old is deleted, and of what nobody signed in to the newest stay', async () => {
  const { orgId, admin, member, base } = await furnished();
  const { store } = portal;
  await seed({ orgId, name: 'Crowd' }, 520);
  await seed({ orgId, userId: member.userId, steps: ALLOWED, name: 'Own' });
  await seed({ orgId, userId: admin.userId, steps: ALLOWED, name: 'Old' });
  await store.pool.query(
    `update connection_attempts set last_at = now() - interval '8 days' where org_id = $1 and client_name = 'Old'`,
    [orgId],
  );
  await store.connectionAttempts.deleteOld();
  const { rows } = await store.pool.query<{ name: string; count: number }>(
    `select client_name as name, count(*)::int from connection_attempts where org_id = $1 group by 1 order by 1`,
    [orgId],
  );
  expect(rows).toEqual([
    { name: 'Crowd', count: 500 },
    { name: 'Own', count: 1 },
  ]);
  expect(itemsOf(await member.get(base))).toHaveLength(1);
});
