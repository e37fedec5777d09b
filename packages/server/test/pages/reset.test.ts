import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import type { UserId } from '../../src/kernel/ids.ts';
import { cookieHeader, dumpOf, PASSWORD, valueOf } from '../people/open-people.ts';
import { openInvitations, type OpenedInvitations } from './open-invitations.ts';
import { hiddenFields } from './open-pages.ts';

const HOUR_MS = 60 * 60 * 1000;
const ANOTHER = 'another good password';

let opened: OpenedInvitations;
beforeAll(async () => {
  opened = await openInvitations();
});
afterAll(() => opened.close());

/** A member of an organisation, and a link that somebody of this role made for them. */
async function linked(by: Role = 'admin', of: Role = 'member') {
  const { orgId } = await opened.organisation();
  const admin = await opened.person([orgId, by]);
  const member = await opened.person([orgId, of]);
  await opened.person([orgId, 'owner']);
  const made = await opened.passwordResets.create({
    orgId,
    userId: member.userId,
    by: opened.by(admin.userId),
  });
  return { orgId, admin, member, made };
}

async function good() {
  const { made, ...rest } = await linked();
  const { token } = valueOf(made);
  const browser = opened.browser();
  const page = await browser.get(`/reset/${token}`);
  return { ...rest, token, path: `/reset/${token}`, browser, page, form: hiddenFields(page.html) };
}

const typed = (password: string, again = password) => ({ password, password_again: again });

async function signsInWith(email: string, password: string): Promise<boolean> {
  return (await opened.people.signIn({ email, password, headers: new Headers() })).ok;
}

describe('a reset link', () => {
  test('sets the password, ends every session, leaves connections, and signs nobody in', async () => {
    const { browser, form, member, orgId, page, path } = await good();
    expect(page.status).toBe(200);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.html).toContain(member.email);
    expect(Buffer.byteLength(page.html)).toBeLessThan(8_000);
    const before = valueOf(
      await opened.people.signIn({ email: member.email, password: PASSWORD, headers: new Headers() }),
    );
    const session = cookieHeader(before.setCookies);
    expect(await opened.people.currentUser(session)).toMatchObject({ userId: member.userId });

    const done = await browser.post(path, { ...form, ...typed(ANOTHER) });
    expect(done.status).toBe(200);
    expect(done.html).toContain('go on working');
    expect(done.html).not.toContain(ANOTHER);
    expect(await opened.people.currentUser(session)).toBeUndefined();
    expect(await signsInWith(member.email, PASSWORD)).toBe(false);
    expect(await signsInWith(member.email, ANOTHER)).toBe(true);
    expect((await browser.get('/sign-in')).status).toBe(200);
    expect((await opened.auditOf(orgId)).map(({ action }) => action)).toEqual([
      'password.reset_link_created',
      'password.reset',
    ]);
  });

  test('asks again for what is too short or not the same twice, and is still good', async () => {
    const { browser, form, member, path } = await good();
    const short = await browser.post(path, { ...form, ...typed('short') });
    expect(short.status).toBe(422);
    expect(short.html).toContain('at least 12 characters');
    const different = await browser.post(path, { ...form, ...typed(ANOTHER, `${ANOTHER}!`) });
    expect(different.status).toBe(422);
    expect(different.html).toContain('not the same');
    expect(different.html).not.toContain(ANOTHER);
    expect(await signsInWith(member.email, PASSWORD)).toBe(true);
    expect((await browser.post(path, { ...form, ...typed(ANOTHER) })).status).toBe(200);
  });

  test('is good once, whoever comes first', async () => {
    const { browser, form, member, path } = await good();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, at) => browser.post(path, { ...form, ...typed(`${ANOTHER} ${at}`) })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410, 410, 410, 410]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await signsInWith(member.email, `${ANOTHER} ${winner}`)).toBe(true);
    const again = await browser.get(path);
    expect(again.status).toBe(410);
    expect(again.html).toContain('was used');
    expect(again.html).toContain('/forgot');
  });

  test('ends with a newer one, and after a day', async () => {
    const own = await openInvitations();
    try {
      const { orgId } = await own.organisation();
      const admin = await own.person([orgId, 'owner']);
      const member = await own.person([orgId, 'member']);
      const wanted = { orgId, userId: member.userId, by: own.by(admin.userId) };
      const first = valueOf(await own.passwordResets.create(wanted));
      const second = valueOf(await own.passwordResets.create(wanted));
      expect((await own.browser().get(`/reset/${first.token}`)).status).toBe(404);
      expect((await own.browser().get(`/reset/${second.token}`)).status).toBe(200);
      own.pass(24 * HOUR_MS + 1000);
      const late = await own.browser().get(`/reset/${second.token}`);
      expect(late.status).toBe(410);
      expect(late.html).toContain('has expired');
    } finally {
      await own.close();
    }
  });

  test('is stored as a hash alone', async () => {
    const { token } = await good();
    expect(await dumpOf(opened.store)).not.toContain(token);
  });

  test('takes no form from another site, none of another browser, and its own where the origin is hidden', async () => {
    const { browser, form, member, path } = await good();
    const foreign = { origin: 'null', 'sec-fetch-site': 'cross-site' };
    expect((await browser.post(path, { ...form, ...typed(ANOTHER) }, foreign)).status).toBe(403);
    const other = opened.browser();
    await other.get(path);
    expect((await other.post(path, { ...form, ...typed(ANOTHER) })).status).toBe(403);
    expect(await signsInWith(member.email, PASSWORD)).toBe(true);
    expect((await browser.post(path, { ...form, ...typed(ANOTHER) }, { origin: 'null' })).status).toBe(200);
  });

  test('of somebody whom the operator stopped since is not known any more', async () => {
    const { browser, form, member, path } = await good();
    await opened.store.people.setDisabled(member.userId, true);
    expect((await browser.get(path)).status).toBe(404);
    expect((await browser.post(path, { ...form, ...typed(ANOTHER) })).status).toBe(404);
  });

  test('that the operator made works for an owner too, and leaves a trace', async () => {
    const { orgId } = await opened.organisation();
    const owner = await opened.person([orgId, 'owner']);
    const { token } = valueOf(await opened.passwordResets.createForOperator(owner.userId));
    const browser = opened.browser();
    const form = hiddenFields((await browser.get(`/reset/${token}`)).html);
    expect((await browser.post(`/reset/${token}`, { ...form, ...typed(ANOTHER) })).status).toBe(200);
    expect(await signsInWith(owner.email, ANOTHER)).toBe(true);
    expect((await opened.auditOf(orgId)).map(({ action }) => action)).toEqual(['password.reset']);
  });
});

describe('who may make one', () => {
  test.each<[by: Role, of: Role, error: string | undefined]>([
    ['owner', 'owner', undefined],
    ['owner', 'admin', undefined],
    ['admin', 'admin', undefined],
    ['admin', 'member', undefined],
    ['admin', 'viewer', undefined],
    ['admin', 'owner', 'forbidden'],
    ['member', 'viewer', 'forbidden'],
    ['viewer', 'viewer', 'forbidden'],
  ])('a %s of a %s', async (by, of, error) => {
    const { made } = await linked(by, of);
    expect(made.ok ? undefined : made.error).toBe(error);
  });

  test('nobody of themselves: a stolen session is not a new password', async () => {
    const { orgId } = await opened.organisation();
    const owner = await opened.person([orgId, 'owner']);
    const made = await opened.passwordResets.create({
      orgId,
      userId: owner.userId,
      by: opened.by(owner.userId),
    });
    expect(made).toEqual({ ok: false, error: 'oneself' });
  });

  test.each<[theirs: Role, mine: Role | undefined, error: string | undefined]>([
    ['viewer', undefined, 'elsewhere'],
    ['member', 'member', 'elsewhere'],
    ['owner', 'admin', 'elsewhere'],
    ['member', 'admin', undefined],
    ['owner', 'owner', undefined],
  ])('not of a member who is a %s elsewhere, where the admin is a %s', async (theirs, mine, error) => {
    const [here, there] = [await opened.organisation(), await opened.organisation()];
    const admin = await opened.person(
      [here.orgId, 'admin'],
      ...(mine === undefined ? [] : ([[there.orgId, mine]] as const)).map(
        ([org, role]) => [org, role] as [typeof org, Role],
      ),
    );
    const member = await opened.person([here.orgId, 'member'], [there.orgId, theirs]);
    const made = await opened.passwordResets.create({
      orgId: here.orgId,
      userId: member.userId,
      by: opened.by(admin.userId),
    });
    expect(made.ok ? undefined : made.error).toBe(error);
  });

  test('of somebody of another organisation it is as if there were nobody', async () => {
    const [here, there] = [await opened.organisation(), await opened.organisation()];
    const admin = await opened.person([here.orgId, 'owner']);
    const stranger = await opened.person([there.orgId, 'member']);
    const wanted = { orgId: here.orgId, userId: stranger.userId, by: opened.by(admin.userId) };
    expect(await opened.passwordResets.create(wanted)).toEqual({ ok: false, error: 'not_a_member' });
  });

  test.each<[string, (made: Awaited<ReturnType<typeof good>>) => Promise<unknown>]>([
    [
      'the member has become an owner',
      ({ member, orgId }) => opened.people.setRole({ orgId, userId: member.userId, role: 'owner' }),
    ],
    [
      'the admin has become a member',
      ({ admin, orgId }) => opened.people.setRole({ orgId, userId: admin.userId, role: 'member' }),
    ],
    ['the admin has left', ({ admin, orgId }) => opened.people.removeMember({ orgId, userId: admin.userId })],
    [
      'the member has left',
      ({ member, orgId }) => opened.people.removeMember({ orgId, userId: member.userId }),
    ],
    [
      'the member has joined another organisation',
      async ({ member }) => {
        const { orgId } = await opened.organisation();
        await opened.store.people.addMember(orgId, member.userId, 'viewer');
      },
    ],
  ])('a link does nothing any more when %s', async (_name, happens) => {
    const made = await good();
    await happens(made);
    const refused = await made.browser.post(made.path, { ...made.form, ...typed(ANOTHER) });
    expect(refused.status).toBe(410);
    expect(refused.html).toContain('does not hold any more');
    expect(await signsInWith(made.member.email, ANOTHER)).toBe(false);
    expect(await signsInWith(made.member.email, PASSWORD)).toBe(true);
  });

  test.each<[string, (people: { admin: UserId; member: UserId }) => Promise<unknown>]>([
    [
      'the member has joined an organisation that is the admin’s, too',
      async ({ admin, member }) => {
        const { orgId } = await opened.organisation();
        await opened.store.people.addMember(orgId, admin, 'owner');
        await opened.store.people.addMember(orgId, member, 'member');
      },
    ],
    [
      'the member has become an operator, as the admin is',
      async ({ admin, member }) => {
        for (const userId of [admin, member]) await opened.store.operators.add(userId, { declared: false });
      },
    ],
  ])('a link that a company’s word asked for does nothing any more when %s', async (_name, happens) => {
    const { orgId } = await opened.organisation();
    const admin = await opened.person([orgId, 'admin']);
    const member = await opened.person([orgId, 'member']);
    const by = { ...opened.by(admin.userId), viaOrgId: orgId };
    const { token } = valueOf(await opened.passwordResets.create({ orgId, userId: member.userId, by }));
    await happens({ admin: admin.userId, member: member.userId });
    const browser = opened.browser();
    const { html } = await browser.get(`/reset/${token}`);
    const refused = await browser.post(`/reset/${token}`, { ...hiddenFields(html), ...typed(ANOTHER) });
    expect(refused.status).toBe(410);
    expect(refused.html).toContain('does not hold any more');
    expect(await signsInWith(member.email, ANOTHER)).toBe(false);
  });

  test('a person who signs in without a password is given none', async () => {
    const { orgId } = await opened.organisation();
    const admin = await opened.person([orgId, 'owner']);
    const member = await opened.person([orgId, 'member']);
    await opened.store.pool.query('delete from credentials where user_id = $1', [member.userId]);
    const wanted = { orgId, userId: member.userId, by: opened.by(admin.userId) };
    expect(await opened.passwordResets.create(wanted)).toEqual({ ok: false, error: 'no_password' });
  });
});

test('the sign-in page leads to a page that says how to get a link, without a mail', async () => {
  const browser = opened.browser();
  expect((await browser.get('/sign-in')).html).toContain('href="/forgot"');
  const page = await browser.get('/forgot');
  expect(page.status).toBe(200);
  expect(page.html).toContain('owner or admin');
  expect(page.html).toContain('latchkey reset-password');
  expect(page.html).not.toMatch(/<script|<form/);
});
