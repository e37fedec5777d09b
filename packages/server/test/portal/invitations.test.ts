import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { hashSecret } from '../../src/kernel/secret.ts';
import { enrol } from '../people/enrol.ts';
import { cookieHeader, dumpOf, valueOf } from '../people/open-people.ts';
import { trailOf } from '../support/trail-of.ts';
import { createCaller, errorOf, itemsOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const HOUR_MS = 60 * 60 * 1000;

async function opened(role: Role = 'owner') {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const owner = role === 'owner' ? person : await portal.person({ orgId, role: 'owner' });
  return { orgId, slug, person, owner, base: `/organisations/${slug}/invitations` };
}

const tokenOf = (url: unknown) => String(url).split('/').at(-1) ?? '';

describe('invitations', () => {
  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['member', 403],
    ['viewer', 403],
  ])('a %s who asks for the list gets %i', async (role, status) => {
    const { base, owner, person } = await opened(role);
    await owner.post(base, { role: 'member', email: 'secret@acme.test' });
    const answer = await person.get(base);
    expect(answer.status).toBe(status);
    expect(answer.text.includes('secret@acme.test')).toBe(status === 200);
  });

  test.each<[by: Role, to: Role, status: number]>([
    ['owner', 'owner', 201],
    ['owner', 'viewer', 201],
    ['admin', 'admin', 201],
    ['admin', 'member', 201],
    ['admin', 'owner', 403],
    ['member', 'viewer', 403],
    ['viewer', 'viewer', 403],
  ])('a %s inviting a %s gets %i', async (by, role, status) => {
    const { base, owner, person } = await opened(by);
    const answer = await person.post(base, { role });
    expect(answer.status).toBe(status);
    expect(answer.text.includes('/invite/')).toBe(status === 201);
    expect(itemsOf(await owner.get(base))).toHaveLength(status === 201 ? 1 : 0);
  });

  test('a link is shown once, is good for two days unless said otherwise, and is kept as a hash', async () => {
    const { base, person } = await opened();
    const before = portal.clock.nowMs();
    const made = await person.post(base, { role: 'admin', email: ' New@Acme.test ' });
    const hours = (Date.parse(String(made.body?.['expires_at'])) - before) / HOUR_MS;
    expect(Math.round(hours)).toBe(48);
    const token = tokenOf(made.body?.['url']);
    expect(made.body?.['url']).toBe(`${portal.baseUrl}/invite/${token}`);
    const listed = await person.get(base);
    expect(itemsOf(listed)).toEqual([
      expect.objectContaining({
        role: 'admin',
        email: 'new@acme.test',
        status: 'open',
        invited_by: expect.stringMatching(/^Person/),
      }),
    ]);
    expect(listed.text).not.toContain(token);
    const dump = await dumpOf(portal.store);
    expect(dump).not.toContain(token);
    expect(dump).toContain(hashSecret(token));
    const month = await person.post(base, { role: 'viewer', expires_in_days: 30 });
    const days = (Date.parse(String(month.body?.['expires_at'])) - before) / (24 * HOUR_MS);
    expect(Math.round(days)).toBe(30);
  });

  test.each([
    ['no address', { role: 'member', email: 'nobody' }],
    ['an address of two lines', { role: 'member', email: 'a@b.test\nc@d.test' }],
    ['no role', { email: 'a@b.test' }],
    ['a role that is none', { role: 'root' }],
    ['a lifetime that is not offered', { role: 'member', expires_in_days: 365 }],
    ['a field too many', { role: 'member', used: false }],
  ])('%s is refused and leaves nothing', async (_name, body) => {
    const { base, person } = await opened();
    const answer = await person.post(base, body);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
    expect(itemsOf(await person.get(base))).toEqual([]);
  });

  test('somebody who is a member is not invited', async () => {
    const { base, owner, person } = await opened('admin');
    const answer = await person.post(base, { role: 'member', email: owner.email.toUpperCase() });
    expect([answer.status, errorOf(answer).code]).toEqual([409, 'conflict']);
  });

  test('renewing makes another link on the right of whoever renews, and ends the one before', async () => {
    const { base, orgId, owner, person } = await opened('admin');
    const first = await person.post(base, { role: 'member', expires_in_days: 1 });
    const path = `${base}/${String(first.body?.['id'])}`;
    const renewed = await owner.post(`${path}/renew`);
    expect(renewed.status).toBe(200);
    const [old, fresh] = [tokenOf(first.body?.['url']), tokenOf(renewed.body?.['url'])];
    expect(await portal.store.invitations.findByToken(hashSecret(old))).toBeUndefined();
    expect(await portal.store.invitations.findByToken(hashSecret(fresh))).toMatchObject({
      orgId,
      invitedBy: owner.userId,
    });
    expect(itemsOf(await owner.get(base))).toHaveLength(1);
  });

  test('withdrawing ends it once, with a trace of each step that never has the link', async () => {
    const { base, orgId, person } = await opened();
    const made = await person.post(base, { role: 'member', email: 'x@acme.test' });
    const path = `${base}/${String(made.body?.['id'])}`;
    const renewed = await person.post(`${path}/renew`);
    expect((await person.post(`${path}/withdraw`)).status).toBe(200);
    expect((await person.post(`${path}/withdraw`)).status).toBe(404);
    expect((await person.post(`${path}/renew`)).status).toBe(404);
    expect(itemsOf(await person.get(base))).toEqual([]);
    const rows = await trailOf(portal.store, orgId, 'action, actor_id, target, detail');
    const by = { actor_id: person.userId, target: made.body?.['id'] };
    const detail = { role: 'member', email: 'x@acme.test' };
    expect(rows).toEqual([
      { action: 'invitation.created', ...by, detail: { ...detail, days: 2 } },
      { action: 'invitation.renewed', ...by, detail: { ...detail, days: 2 } },
      { action: 'invitation.withdrawn', ...by, detail },
    ]);
    expect(JSON.stringify(rows)).not.toContain(tokenOf(renewed.body?.['url']));
  });

  test('an admin neither withdraws nor renews an owner’s invitation of an owner', async () => {
    const { base, owner, person } = await opened('admin');
    const made = await owner.post(base, { role: 'owner' });
    for (const act of ['withdraw', 'renew'])
      expect((await person.post(`${base}/${String(made.body?.['id'])}/${act}`)).status).toBe(403);
    expect(itemsOf(await owner.get(base))).toHaveLength(1);
  });

  test('of another organisation are as absent as ones that nobody made', async () => {
    const ours = await opened();
    const theirs = await opened();
    const made = await theirs.person.post(theirs.base, { role: 'member' });
    for (const id of [String(made.body?.['id']), 'inv_nobody', 'nobody', '%00'])
      for (const act of ['withdraw', 'renew'])
        expect((await ours.person.post(`${ours.base}/${id}/${act}`)).status).toBe(404);
    expect(itemsOf(await theirs.person.get(theirs.base))).toHaveLength(1);
    expect((await ours.person.get(theirs.base)).status).toBe(404);
  });

  test('come a hundred at a time, the newest first, each once', async () => {
    const { base, orgId, person } = await opened();
    await portal.store.pool.query(
      `insert into invitations (id, org_id, token_hash, role, days, created_at, expires_at)
       select 'inv_' || n, $1, 'hash ' || $1 || n, 'member', 2, date_trunc('hour', now()) + interval '123 microseconds' - (n / 7) * interval '1 second',
              now() + interval '1 day'
       from generate_series(1, 250) n`,
      [orgId],
    );
    const seen: string[] = [];
    let cursor: unknown = '';
    const sizes: number[] = [];
    while (typeof cursor === 'string') {
      const page = await person.get(`${base}${cursor === '' ? '' : `?cursor=${cursor}`}`);
      const items = itemsOf(page);
      sizes.push(items.length);
      seen.push(...items.map(({ id }) => String(id)));
      cursor = page.body?.['next_cursor'];
    }
    expect(sizes).toEqual([100, 100, 50]);
    expect(new Set(seen).size).toBe(250);
    expect((await person.get(`${base}?cursor=made-up`)).status).toBe(400);
  });

  test('a thousand open ones are enough', async () => {
    const { base, orgId, person } = await opened();
    await portal.store.pool.query(
      `insert into invitations (id, org_id, token_hash, role, days, expires_at)
       select 'inv_' || n, $1, 'many ' || $1 || n, 'member', 2, now() + interval '1 day' from generate_series(1, 1000) n`,
      [orgId],
    );
    const answer = await person.post(base, { role: 'member' });
    expect([answer.status, errorOf(answer).message]).toEqual([409, expect.stringContaining('a thousand')]);
  });
});

describe('a reset link', () => {
  test.each<[by: Role, of: Role, status: number]>([
    ['owner', 'admin', 201],
    ['admin', 'member', 201],
    ['admin', 'owner', 403],
    ['member', 'viewer', 403],
  ])('a %s making one for a %s gets %i', async (by, of, status) => {
    const { orgId, person, slug } = await opened(by);
    const other = await portal.person({ orgId, role: of });
    const answer = await person.post(`/organisations/${slug}/members/${other.userId}/reset-link`);
    expect(answer.status).toBe(status);
    expect(answer.text.includes('/reset/')).toBe(status === 201);
  });

  test('is refused for who belongs elsewhere too, with the way out, and for oneself', async () => {
    const here = await opened('admin');
    const there = await opened();
    const both = await portal.person(
      { orgId: here.orgId, role: 'member' },
      { orgId: there.orgId, role: 'viewer' },
    );
    const path = (userId: string) => `/organisations/${here.slug}/members/${userId}/reset-link`;
    const refused = await here.person.post(path(both.userId));
    expect([refused.status, errorOf(refused).message]).toEqual([
      403,
      expect.stringContaining('latchkey reset-password'),
    ]);
    // Nothing of where else that is.
    expect(refused.text).not.toContain(there.slug);
    expect((await here.person.post(path(here.person.userId))).status).toBe(409);
    expect((await here.person.post(path(there.person.userId))).status).toBe(404);
  });

  test.each(['reset-link', 'reset-two-factor'])(
    'or its like (%s) is of no company’s making for who belongs elsewhere, whatever its admin is there',
    async (act) => {
      const [here, there] = [await opened(), await opened()];
      const both = (role: Role) => portal.person({ orgId: here.orgId, role }, { orgId: there.orgId, role });
      const [owner, member] = [await both('owner'), await both('member')];
      const own = await portal.person({ orgId: here.orgId, role: 'member' });
      for (const { email, userId } of [member, own]) await enrol(portal, { email, userId });
      // Whoever runs the provider of one of the two signs in as the owner of both.
      const begun = await portal.people.beginSession({
        userId: owner.userId,
        amr: ['sso'],
        headers: new Headers(),
        viaOrgId: here.orgId,
      });
      const cookie = cookieHeader(valueOf(begun).setCookies).get('cookie') ?? '';
      const company = createCaller(portal.app, portal.baseUrl, cookie);
      const path = (userId: string) => `/organisations/${here.slug}/members/${userId}/${act}`;
      const refused = await company.post(path(member.userId));
      expect([refused.status, errorOf(refused).code]).toEqual([403, 'forbidden']);
      expect((await company.post(path(own.userId))).status).toBeLessThan(300);
      expect((await owner.post(path(member.userId))).status).toBeLessThan(300);
    },
  );
});

describe('members', () => {
  test('of ten thousand are found by name, by address and by role, a hundred at a time, each once', async () => {
    const { orgId, person, slug } = await opened();
    await portal.store.pool.query(
      `with made as (
         insert into users (id, name, email)
         select 'usr_many' || n, 'Worker ' || n, 'worker-' || lpad(n::text, 5, '0') || '@many.test' from generate_series(1, 10000) n
         returning id)
       insert into memberships (org_id, user_id, role)
       select $1, id, case when right(id, 3) = '007' then 'admin' else 'viewer' end from made`,
      [orgId],
    );
    const base = `/organisations/${slug}/members`;
    const first = await person.get(base);
    expect(itemsOf(first)).toHaveLength(100);
    expect(first.body).toMatchObject({ total: 10_001 });
    const second = await person.get(`${base}?cursor=${String(first.body?.['next_cursor'])}`);
    const emails = [...itemsOf(first), ...itemsOf(second)].map(({ email }) => String(email));
    expect(new Set(emails).size).toBe(200);
    expect(emails).toEqual(emails.toSorted());
    const found = await person.get(`${base}?q=WORKER-0999`);
    expect(found.body).toMatchObject({ total: 10, next_cursor: null });
    expect((await person.get(`${base}?role=admin`)).body).toMatchObject({ total: 9 });
    expect((await person.get(`${base}?q=worker+7007&role=admin`)).body).toMatchObject({ total: 1 });
    // Signs of the search are letters like others.
    for (const q of ['%25', '_', '%5C'])
      expect((await person.get(`${base}?q=${q}`)).body).toMatchObject({ total: 0 });
    expect((await person.get(`${base}?role=root`)).status).toBe(400);
    expect((await person.get(`${base}?cursor=%00`)).status).toBe(400);
    // One that was made up is only somewhere else in the list.
    const madeUp = Buffer.from('\0').toString('base64url');
    expect((await person.get(`${base}?cursor=${madeUp}`)).status).toBe(200);
  });

  test('are listed with what they have here, and nothing that they have elsewhere', async () => {
    const { orgId, person, slug } = await opened();
    const there = await opened();
    const member = await portal.person({ orgId, role: 'member' }, { orgId: there.orgId, role: 'member' });
    await portal.connection({ orgId, userId: member.userId });
    await portal.connection({ orgId: there.orgId, userId: member.userId });
    const key = { name: 'Mine', access: 'read', expires_in_days: 7 };
    await member.post(`/organisations/${slug}/keys`, key);
    await member.post(`/organisations/${there.slug}/keys`, key);
    const ended = await member.post(`/organisations/${slug}/keys`, key);
    await member.post(`/organisations/${slug}/keys/${String(ended.body?.['id'])}/revoke`);
    const listed = itemsOf(await person.get(`/organisations/${slug}/members`));
    const theirs = listed.find(({ id }) => id === member.userId);
    expect(theirs).toMatchObject({
      connections: 1,
      keys: 1,
      has_second_factor: false,
      has_company_sign_in: false,
      is_declared: false,
      is_suspended: false,
      last_signed_in_at: expect.any(String),
    });
    await portal.people.signOut(new Headers({ cookie: member.cookie }));
    const later = itemsOf(await person.get(`/organisations/${slug}/members`));
    expect(later.find(({ id }) => id === member.userId)).toMatchObject({ last_signed_in_at: null });
  });
});

test('the matrix of roles is the policy, for whoever asks', async () => {
  const { person, slug } = await opened('viewer');
  const answer = await person.get(`/organisations/${slug}/roles`);
  const actions = answer.body?.['actions'] as { action: string; roles: Role[] }[];
  const of = (action: string) => actions.find((one) => one.action === action)?.roles;
  expect(of('members.manage')).toEqual(['owner', 'admin']);
  expect(of('owners.manage')).toEqual(['owner']);
  expect(of('members.read')).toEqual(['owner', 'admin', 'member']);
  expect(answer.body?.['you_give']).toEqual([]);
  const admin = await opened('admin');
  const theirs = await admin.person.get(`/organisations/${admin.slug}/roles`);
  expect(theirs.body?.['you_give']).toEqual(['admin', 'member', 'viewer']);
});
