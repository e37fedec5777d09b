import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { dumpOf, PASSWORD, valueOf } from '../people/open-people.ts';
import { openInvitations, type OpenedInvitations } from './open-invitations.ts';
import { hiddenFields, valueOfInput } from './open-pages.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NEW_ACCOUNT = { act: 'create', name: 'Grace', email: 'grace@new.test', password: PASSWORD };

let opened: OpenedInvitations;
beforeAll(async () => {
  opened = await openInvitations();
});
afterAll(() => opened.close());

/** A browser that has seen the page, and the token of its forms. */
async function visit(path: string, signedInAs?: { email: string }) {
  const browser = opened.browser();
  if (signedInAs !== undefined) await browser.signIn(signedInAs.email, PASSWORD);
  const page = await browser.get(path);
  return { browser, page, csrf: csrfOf(page.html) };
}

/** Of the form that is not for signing out. */
function csrfOf(html: string): string {
  const form = html.split('<form').find((part) => part.includes('action="/invite/'));
  return hiddenFields(form ?? '')['csrf'] ?? '';
}

describe('the page of an invitation', () => {
  test('says who invites, to what, as what and until when, and keeps its address from everybody', async () => {
    const { owner, path, link } = await opened.invited({ role: 'admin' });
    const { page } = await visit(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.html).toContain('Organisation');
    expect(page.html).toContain(owner.name);
    expect(page.html).toContain('Admin: members');
    expect(page.html).toContain(`datetime="${link.expiresAt.toISOString()}"`);
    expect(page.html).not.toMatch(/<script|\sstyle=|\son[a-z]+=/);
    expect(Buffer.byteLength(page.html)).toBeLessThan(8_000);
  });

  test('whoever has no account makes one and is in, with one click', async () => {
    const { orgId, path, slug } = await opened.invited();
    const { browser, csrf } = await visit(path);
    const done = await browser.post(path, { ...NEW_ACCOUNT, csrf, email: 'ada@new.test' });
    expect(done).toMatchObject({ status: 303, location: `/app/${slug}` });
    const userId = await opened.userOf('ada@new.test');
    expect(await opened.roleOf(orgId, userId)).toBe('member');
    // Signed in: the sign-in page leads on.
    expect(await browser.get('/sign-in')).toMatchObject({ status: 303, location: '/app' });
    expect((await browser.get(path)).html).toContain('You belong to');
    const audit = await opened.auditOf(orgId);
    expect(audit.map(({ action }) => action)).toEqual(['invitation.created', 'member.joined']);
    expect(audit[1]).toMatchObject({ actor_id: userId, target: userId, detail: { role: 'member' } });
  });

  test('whoever has an account signs in, comes back without the link in any address, and joins', async () => {
    const { orgId, path, slug } = await opened.invited({ role: 'viewer' });
    const person = await opened.person();
    const { browser, page } = await visit(path);
    const [, signIn = ''] = /href="(\/sign-in[^"]*)"/.exec(page.html) ?? [];
    expect(signIn).toBe('/sign-in?return_to=%2Finvite');
    const back = await browser.signIn(person.email, PASSWORD, { returnTo: '/invite' });
    expect(back).toMatchObject({ status: 303, location: '/invite' });
    expect(await browser.get('/invite')).toMatchObject({ status: 303, location: path });
    const again = await browser.get(path);
    expect(again.html).toContain(person.email);
    const joined = await browser.post(path, { csrf: csrfOf(again.html), act: 'join' });
    expect(joined).toMatchObject({ status: 303, location: `/app/${slug}` });
    expect(await opened.roleOf(orgId, person.userId)).toBe('viewer');
    // The cookie has gone with it.
    expect(await browser.get('/invite')).toMatchObject({ status: 303, location: '/app' });
  });

  test('for another address says whose it is and who one is, and lets nobody in until the account is switched', async () => {
    const { orgId, path } = await opened.invited({ email: 'b@acme.test' });
    const other = await opened.person();
    const { browser, page } = await visit(path, other);
    expect(page.html).toContain('b@acme.test');
    expect(page.html).toContain(other.email);
    expect(page.html).toContain('Switch account');
    expect(page.html).not.toContain('value="join"');
    // Not even by a form of one's own.
    const own = await browser.get((await opened.invited()).path);
    const forged = await browser.post(path, { csrf: csrfOf(own.html), act: 'join' });
    expect(forged).toMatchObject({ status: 200, html: expect.stringContaining('Switch account') });
    expect(await opened.roleOf(orgId, other.userId)).toBeUndefined();
    const switched = await browser.post('/sign-out', {
      ...hiddenFields(page.html.split('action="/sign-out"')[1] ?? ''),
    });
    expect(switched).toMatchObject({ status: 303, location: '/sign-in?return_to=%2Finvite' });
  });

  test('an account that is made with an invitation for an address has that address and no other', async () => {
    const { orgId, path } = await opened.invited({ email: 'Right@Acme.test' });
    const { browser, csrf, page } = await visit(path);
    expect(page.html).toContain('right@acme.test');
    const done = await browser.post(path, { ...NEW_ACCOUNT, csrf, email: 'owner@globex.test' });
    expect(done.status).toBe(303);
    expect(await opened.store.people.findUserByEmail('owner@globex.test')).toBeUndefined();
    expect(await opened.roleOf(orgId, await opened.userOf('right@acme.test'))).toBe('member');
  });

  test('marks what is wrong with a new account, loses nothing but the password, and is still good', async () => {
    const { path } = await opened.invited();
    const { browser, csrf } = await visit(path);
    const typed = { csrf, act: 'create', name: '<b>Grace', email: 'no address', password: 'short' };
    const refused = await browser.post(path, typed);
    expect(refused.status).toBe(422);
    expect(refused.html.match(/aria-invalid="true"/g)).toHaveLength(2);
    expect(valueOfInput(refused.html, 'name')).toBe('<b>Grace');
    expect(valueOfInput(refused.html, 'email')).toBe('no address');
    expect(refused.html).not.toMatch(/<b>Grace|short"/);
    const taken = await opened.person();
    const again = await browser.post(path, { ...NEW_ACCOUNT, csrf, email: taken.email.toUpperCase() });
    expect(again.status).toBe(422);
    expect(again.html).toContain('There is an account with this address already');
    expect((await browser.post(path, { ...NEW_ACCOUNT, csrf, email: 'fresh@new.test' })).status).toBe(303);
  });

  test('to who is a member already says so, and stays good for whoever it is for', async () => {
    const { orgId, owner, path } = await opened.invited();
    const { page } = await visit(path, owner);
    expect(page.html).toContain('You belong to');
    const other = await opened.person();
    const { browser, csrf } = await visit(path, other);
    expect((await browser.post(path, { csrf, act: 'join' })).status).toBe(303);
    expect(await opened.roleOf(orgId, other.userId)).toBe('member');
  });

  test.each<
    [
      name: string,
      spoil: (made: Awaited<ReturnType<OpenedInvitations['invited']>>) => Promise<unknown>,
      status: number,
      says: string,
    ]
  >([
    [
      'withdrawn',
      ({ link, orgId, owner }) =>
        opened.invitations.withdraw({ orgId, id: link.id, by: opened.by(owner.userId) }),
      410,
      'was withdrawn',
    ],
    [
      'renewed',
      ({ link, orgId, owner }) =>
        opened.invitations.renew({ orgId, id: link.id, by: opened.by(owner.userId) }),
      404,
      'is not known',
    ],
    [
      'of a suspended organisation',
      ({ orgId }) => opened.store.people.setSuspended(orgId, true),
      403,
      'is suspended',
    ],
    [
      'of somebody who was made a member since',
      async ({ orgId, owner }) => {
        await opened.person([orgId, 'owner']);
        valueOf(await opened.people.setRole({ orgId, userId: owner.userId, role: 'member' }));
      },
      410,
      'may no longer give this role',
    ],
    [
      'of somebody who has left',
      async ({ orgId, owner }) => {
        await opened.person([orgId, 'owner']);
        valueOf(await opened.people.removeMember({ orgId, userId: owner.userId }));
      },
      410,
      'may no longer give this role',
    ],
    [
      'of somebody whom the operator stopped',
      ({ owner }) => opened.store.people.setDisabled(owner.userId, true),
      410,
      'may no longer give this role',
    ],
  ])('that is %s lets nobody in: it says why, and makes no account', async (_name, spoil, status, says) => {
    const made = await opened.invited({ role: 'admin' });
    const { browser, csrf } = await visit(made.path);
    await spoil(made);
    const page = await browser.get(made.path);
    expect(page.status).toBe(status);
    expect(page.html).toContain(says);
    expect(page.html).toContain('invitation_');
    const email = `late-${made.slug}@new.test`;
    expect((await browser.post(made.path, { ...NEW_ACCOUNT, csrf, email })).status).toBe(status);
    expect(await opened.store.people.findUserByEmail(email)).toBeUndefined();
  });

  test('that has expired lets nobody in and says so', async () => {
    const later = await openInvitations();
    try {
      const { path } = await later.invited({ days: 1 });
      const browser = later.browser();
      const csrf = csrfOf((await browser.get(path)).html);
      later.pass(DAY_MS + 1000);
      const page = await browser.get(path);
      expect(page.status).toBe(410);
      expect(page.html).toContain('has expired');
      expect((await browser.post(path, { ...NEW_ACCOUNT, csrf })).status).toBe(410);
      expect(await later.store.people.findUserByEmail(NEW_ACCOUNT.email)).toBeUndefined();
    } finally {
      await later.close();
    }
  });

  test('an owner’s invitation of an owner is no more than an admin’s once the owner is one', async () => {
    const { orgId, owner, path } = await opened.invited({ role: 'owner' });
    await opened.person([orgId, 'owner']);
    valueOf(await opened.people.setRole({ orgId, userId: owner.userId, role: 'admin' }));
    const person = await opened.person();
    const { browser, page } = await visit(path, person);
    expect(page.status).toBe(410);
    const { csrf } = await visit((await opened.invited()).path, person);
    await browser.post(path, { csrf, act: 'join' });
    expect(await opened.roleOf(orgId, person.userId)).toBeUndefined();
  });
});

describe('an invitation under attack', () => {
  test('is not used by a session that another organisation’s provider began', async () => {
    const { orgId, path } = await opened.invited();
    const company = await opened.organisation();
    const person = await opened.person([company.orgId, 'member']);
    const { browser, csrf } = await visit(path, person);
    await opened.store.pool.query('update sessions set via_org_id = $1 where user_id = $2', [
      company.orgId,
      person.userId,
    ]);
    const page = await browser.get(path);
    expect(page.html).toContain('opens that organisation alone');
    expect(page.html).not.toContain('value="join"');
    expect((await browser.post(path, { csrf, act: 'join' })).status).toBe(200);
    expect(await opened.roleOf(orgId, person.userId)).toBeUndefined();
  });

  test('raced by ten people lets one in', async () => {
    const { orgId, path } = await opened.invited();
    const visitors = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const person = await opened.person();
        return { person, ...(await visit(path, person)) };
      }),
    );
    const newcomers = await Promise.all(Array.from({ length: 5 }, () => visit(path)));
    const answers = await Promise.all([
      ...visitors.map(({ browser, csrf }) => browser.post(path, { csrf, act: 'join' })),
      ...newcomers.map(({ browser, csrf }, at) =>
        browser.post(path, { ...NEW_ACCOUNT, csrf, email: `race-${at}@new.test` }),
      ),
    ]);
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(9);
    const { rows } = await opened.store.pool.query('select 1 from memberships where org_id = $1', [orgId]);
    expect(rows).toHaveLength(2);
    const made = await opened.store.pool.query(`select 1 from users where email like 'race-%'`);
    expect(made.rows.length).toBeLessThanOrEqual(1);
  });

  test('used twice by the same person joins once', async () => {
    const { path } = await opened.invited();
    const person = await opened.person();
    const { browser, csrf } = await visit(path, person);
    const answers = await Promise.all([1, 2].map(() => browser.post(path, { csrf, act: 'join' })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 303]);
  });

  test.each([
    ['another site', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['a page that hides its origin, on another site', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { origin: 'null', 'sec-fetch-site': 'same-site' }],
  ])('takes no form from %s', async (_name, headers) => {
    const { orgId, path } = await opened.invited();
    const person = await opened.person();
    const { browser, csrf } = await visit(path, person);
    expect((await browser.post(path, { csrf, act: 'join' }, headers)).status).toBe(403);
    expect(await opened.roleOf(orgId, person.userId)).toBeUndefined();
  });

  test('takes the form of its own page, which hides its origin, and none without its token', async () => {
    const { orgId, path } = await opened.invited();
    const person = await opened.person();
    const { browser, csrf } = await visit(path, person);
    const hidden = { origin: 'null' };
    const stranger = await visit(path);
    for (const wrong of ['', 'x', stranger.csrf])
      expect((await browser.post(path, { csrf: wrong, act: 'join' }, hidden)).status).toBe(403);
    expect(await opened.roleOf(orgId, person.userId)).toBeUndefined();
    expect((await browser.post(path, { csrf, act: 'join' }, hidden)).status).toBe(303);
  });

  test.each([
    ['too short', 'x'],
    ['a path', '../../app'],
    ['of the right form', 'A'.repeat(43)],
    ['far too long', 'A'.repeat(5000)],
    ['a NUL', '%00'],
    ['SQL', '%27%20or%201=1--'],
  ])('that somebody made up is not known: %s', async (_name, token) => {
    const page = await opened.browser().get(`/invite/${token}`);
    expect(page.status).toBe(404);
    expect(page.html).not.toMatch(/A{43}|or 1=1/);
  });

  test('is stored as a hash alone', async () => {
    const { link } = await opened.invited();
    expect(await dumpOf(opened.store)).not.toContain(link.token);
  });

  test('waits where too many were tried, and says for how long', async () => {
    const limited = await openInvitations();
    try {
      const { path } = await limited.invited();
      limited.limits.set('address', { allowed: false, retryAfterSeconds: 17 });
      const page = await limited.browser().get(path);
      expect(page.status).toBe(429);
      expect(page.headers.get('retry-after')).toBe('17');
      expect(page.headers.get('ratelimit')).toBe('"address";r=0;t=60');
      expect(page.html).toContain('17');
      expect(limited.asked).toEqual(['link:address:192.0.2.1']);
    } finally {
      await limited.close();
    }
  });

  test('a hostile name is text: of the organisation, of the inviter', async () => {
    const hostile = '"><script>alert(1)</script>\u202Eevil';
    const org = valueOf(
      await opened.people.createOrganisation({ slug: 'hostile', name: hostile, tokenMode: 'key' }),
    );
    const created = await opened.people.createUser({
      email: 'h@acme.test',
      name: hostile,
      password: PASSWORD,
    });
    const { userId } = valueOf(created);
    await opened.store.people.addMember(org.orgId, userId, 'owner');
    const link = valueOf(
      await opened.invitations.create({
        orgId: org.orgId,
        role: 'member',
        email: '',
        days: 2,
        by: opened.by(userId),
      }),
    );
    for (const page of [
      await visit(`/invite/${link.token}`),
      await visit(`/invite/${link.token}`, { email: 'h@acme.test' }),
    ]) {
      expect(page.page.html).not.toMatch(/<script|\u202E/);
      expect(page.page.html).toContain('&lt;script&gt;');
    }
  });
});

test.each<[Role, Role, boolean]>([
  ['owner', 'owner', true],
  ['admin', 'owner', false],
  ['admin', 'admin', true],
  ['member', 'viewer', false],
  ['viewer', 'viewer', false],
])('a %s who invites a %s: %s', async (by, role, allowed) => {
  const { orgId } = await opened.organisation();
  const { userId } = await opened.person([orgId, by]);
  const made = await opened.invitations.create({ orgId, role, email: '', days: 2, by: opened.by(userId) });
  expect(made.ok ? undefined : made.error).toBe(allowed ? undefined : 'forbidden');
});
