import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { createReach } from '../../src/people/company/reach.ts';
import { hiddenFields } from '../pages/open-pages.ts';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { untilBlocked } from '../support/until-blocked.ts';
import { holdPerson } from '../support/hold-person.ts';
import { ACME, EVIL, openCompany, type OpenedCompany } from './open-company.ts';

let opened: OpenedCompany;
beforeAll(async () => {
  opened = await openCompany();
});
afterAll(() => opened.close());

const roleOf = (orgId: Parameters<OpenedCompany['store']['people']['heldRoleOf']>[0], userId: string) =>
  opened.store.people.heldRoleOf(orgId, userId as Parameters<typeof opened.store.people.heldRoleOf>[1]);

describe('signing in through a company', () => {
  test('makes somebody new a member with the default role, in a session that opens that organisation', async () => {
    const { audit, at, browser, organisation, signIn, store, whoIs } = opened;
    const { domain, orgId, slug } = await organisation();
    await at(ACME, 'ada', { email: `Ada@${domain}`, email_verified: true, name: 'Ada Lovelace' });
    const visitor = browser();
    const back = await signIn(visitor, slug, 'ada', { returnTo: `/app/${slug}/keys` });
    expect(back).toMatchObject({ status: 303, location: `/app/${slug}/keys` });
    const user = await whoIs(visitor);
    expect(user).toMatchObject({
      email: `ada@${domain}`,
      name: 'Ada Lovelace',
      viaOrgId: orgId,
      amr: ['sso'],
      isRecent: true,
    });
    if (user === undefined) throw new Error('nobody is signed in');
    expect(await roleOf(orgId, user.userId)).toBe('member');
    const { open } = await createReach({ store, clock: systemClock })(user);
    expect(open.map(({ organisation: { id } }) => id)).toEqual([orgId]);
    const trail = (await audit(orgId)).map(({ action }) => action);
    expect(trail.slice(-3)).toEqual(['company.linked', 'member.joined', 'company.signed_in']);

    const again = browser();
    expect(await signIn(again, slug, 'ada')).toMatchObject({ status: 303, location: '/app' });
    expect((await whoIs(again))?.userId).toBe(user.userId);
    expect((await audit(orgId)).filter(({ action }) => action === 'member.joined')).toHaveLength(1);
  });

  test('is asked for again where there were too many, in words and in headers', async () => {
    const { browser, limits, organisation } = opened;
    const { slug } = await organisation();
    const visitor = browser();
    const page = await visitor.get(`/sign-in/company/${slug}`);
    limits.set('address', { allowed: false, retryAfterSeconds: 200 });
    onTestFinished(() => void limits.delete('address'));
    const refused = await visitor.post(`/sign-in/company/${slug}`, hiddenFields(page.html));
    expect(refused.status).toBe(429);
    expect(refused.html).toContain('Too many attempts. Try again in 4 minutes.');
    const told = ['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => refused.headers.get(name));
    expect(told).toEqual(['200', '"address";r=0;t=60', '"address";q=10;w=60']);
  });

  test('begins with the address that was typed, and tells the provider which', async () => {
    const { browser, organisation } = opened;
    const { domain } = await organisation();
    const visitor = browser();
    const page = await visitor.get('/sign-in');
    expect(page.html).toContain('Continue with your company');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const fields = { csrf, return_to: '/app', password: '' };
    const left = await visitor.post('/sign-in/company', {
      ...fields,
      email: `grace@${domain.toUpperCase()}`,
    });
    const target = new URL(/url=([^"]+)"/.exec(left.html)?.[1]?.replaceAll('&amp;', '&') ?? '');
    expect(target.origin).toBe(ACME);
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid email profile groups',
      login_hint: `grace@${domain.toUpperCase()}`,
    });
    expect(target.searchParams.get('nonce')).toMatch(/^.{43}$/);
    expect(target.searchParams.get('state')).toMatch(/^.{43}$/);

    const stranger = await visitor.post('/sign-in/company', { ...fields, email: 'a@nobody.test' });
    expect(stranger.status).toBe(422);
    expect(stranger.html).toContain('No company here signs in people with this address');
    expect(stranger.html).toContain('value="a@nobody.test"');
    expect((await visitor.post('/sign-in/company', { ...fields, email: '' })).status).toBe(422);
  });

  test('nothing begins by a link, from another site, or without the form that this browser was shown', async () => {
    const { browser, organisation, store } = opened;
    const { slug } = await organisation();
    const visitor = browser();
    const underway = async () => {
      const { rows } = await store.pool.query('select 1 from company_authorizations');
      return rows.length;
    };
    const before = await underway();
    const page = await visitor.get(`/sign-in/company/${slug}`);
    expect(page.status).toBe(200);
    expect(page.html).toContain('login.acme.test');
    const form = { csrf: 'x'.repeat(43), return_to: '/app', action: 'sign-in' };
    expect((await visitor.post(`/sign-in/company/${slug}`, form)).status).toBe(403);
    const foreign = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    expect((await visitor.post(`/sign-in/company/${slug}`, { ...form, csrf }, foreign)).status).toBe(403);
    expect(await underway()).toBe(before);
    expect((await visitor.get('/sign-in/company/nobody')).status).toBe(404);
  });

  test.each(['https://evil.test', '//evil.test', '/sign-in/company/x?return_to=//evil.test', '/app/../x'])(
    'leads to the dashboard and never to %s',
    async (returnTo) => {
      const { at, browser, organisation, signIn } = opened;
      const { domain, slug } = await organisation();
      await at(ACME, `to-${slug}`, { email: `to@${domain}`, email_verified: true });
      const back = await signIn(browser(), slug, `to-${slug}`, { returnTo });
      expect(back.status).toBe(303);
      expect(['/app', '/sign-in/company/x']).toContain(back.location);
    },
  );

  test('an answer is good once, in the browser that left, and for ten minutes', async () => {
    const { at, browser, depart, organisation, provider, store, whoIs } = opened;
    const { domain, slug } = await organisation();
    await at(ACME, 'once', { email: `once@${domain}`, email_verified: true });
    const visitor = browser();
    const back = await provider.visitor().signIn(await depart(visitor, slug), 'once');
    const answer = back.pathname + back.search;

    const thief = browser();
    await thief.get('/sign-in');
    const stolen = await thief.get(answer);
    expect(stolen.status).toBe(400);
    expect(stolen.html).toContain('This was not begun here');
    expect(await whoIs(thief)).toBeUndefined();
    expect((await browser().get(answer)).status).toBe(400);

    expect((await visitor.get(answer)).status).toBe(303);
    expect((await visitor.get(answer)).status).toBe(400);

    const late = browser();
    const tooLate = await provider.visitor().signIn(await depart(late, slug), 'once');
    await store.pool.query(`update company_authorizations set expires_at = now() - interval '1 second'`);
    expect((await late.get(tooLate.pathname + tooLate.search)).status).toBe(400);
    expect(await whoIs(late)).toBeUndefined();
  });

  test('an answer with a parameter twice, of another state, or of another issuer is not believed', async () => {
    const { at, audit, browser, depart, organisation, provider, whoIs } = opened;
    const { domain, orgId, slug } = await organisation();
    await at(ACME, 'mixed', { email: `mixed@${domain}`, email_verified: true });
    const visitor = browser();
    const back = await provider.visitor().signIn(await depart(visitor, slug), 'mixed');
    const twice = new URLSearchParams(back.search);
    twice.append('code', 'another');
    expect((await visitor.get(`${back.pathname}?${twice.toString()}`)).status).toBe(400);
    const other = new URLSearchParams(back.search);
    other.set('state', 'x'.repeat(43));
    expect((await visitor.get(`${back.pathname}?${other.toString()}`)).status).toBe(400);

    // RFC 9207: whoever stands between may have sent the browser to another provider.
    for (const iss of [EVIL, undefined]) {
      const mixed = browser();
      const answered = await provider.visitor().signIn(await depart(mixed, slug), 'mixed');
      expect(answered.searchParams.get('iss')).toBe(ACME);
      if (iss === undefined) answered.searchParams.delete('iss');
      else answered.searchParams.set('iss', iss);
      const refused = await mixed.get(answered.pathname + answered.search);
      expect(refused.status).toBe(400);
      expect(refused.html).toContain('does not hold');
      expect(await whoIs(mixed)).toBeUndefined();
    }
    expect((await audit(orgId)).at(-1)?.action).toBe('company.refused');
  });

  test('a code of one sign-in is not good in another: the verifier and the nonce are the other one’s', async () => {
    const { at, browser, depart, organisation, provider, whoIs } = opened;
    const { domain, slug } = await organisation();
    await at(ACME, 'swap', { email: `swap@${domain}`, email_verified: true });
    const [mine, theirs] = [browser(), browser()];
    const [own, foreign] = [await depart(mine, slug), await depart(theirs, slug)];
    const [answer, stolen] = [
      await provider.visitor().signIn(own, 'swap'),
      await provider.visitor().signIn(foreign, 'swap'),
    ];
    answer.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    const refused = await mine.get(answer.pathname + answer.search);
    expect(refused.status).toBe(400);
    expect(await whoIs(mine)).toBeUndefined();
  });

  test('who says no at the provider is told so, and can try again', async () => {
    const { browser, depart, organisation } = opened;
    const { slug } = await organisation();
    const visitor = browser();
    const target = new URL(await depart(visitor, slug, { returnTo: '/app/x' }));
    const answer = new URLSearchParams({
      error: 'access_denied',
      state: target.searchParams.get('state') ?? '',
      iss: ACME,
    });
    const refused = await visitor.get(`/oauth/company/callback?${answer.toString()}`);
    expect(refused.status).toBe(400);
    expect(refused.html).toContain('said no, or you did');
    expect(refused.html).toContain(`/sign-in/company/${slug}?return_to=%2Fapp%2Fx`);
    expect(refused.headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('whom a provider may name', () => {
  test.each([
    ['an address that it does not vouch for', { email_verified: false }, 'does not say that'],
    ['a vouching that is a text', { email_verified: 'true' }, 'does not say that'],
    ['no address', { email: undefined, email_verified: true }, 'does not say that'],
    [
      'an address of another domain',
      { email: 'x@elsewhere.test', email_verified: true },
      'shown to be its own',
    ],
    ['an address of a domain below', { email: 'x@sub.DOMAIN', email_verified: true }, 'shown to be its own'],
    ['an address with two @', { email: 'x@DOMAIN@evil.test', email_verified: true }, 'does not say that'],
  ] as const)('nobody by %s', async (_, claims, words) => {
    const { at, browser, organisation, signIn, whoIs } = opened;
    const { domain, slug } = await organisation();
    const subject = `nobody-${slug}`;
    const email = 'email' in claims ? claims.email?.replace('DOMAIN', domain) : `x@${domain}`;
    await at(ACME, subject, { ...claims, ...(email === undefined ? {} : { email }) });
    const visitor = browser();
    const refused = await signIn(visitor, slug, subject);
    expect(refused.status).toBe(403);
    expect(refused.html).toContain(words);
    expect(await whoIs(visitor)).toBeUndefined();
  });

  test('nobody of a domain that another organisation has shown to be its own', async () => {
    const { at, browser, named, organisation, signIn, whoIs } = opened;
    const victim = await organisation(ACME);
    const evil = await organisation(EVIL);
    const { email } = await named(`boss@${victim.domain}`, { orgId: victim.orgId, role: 'owner' });
    await at(EVIL, 'boss', { email, email_verified: true });
    const visitor = browser();
    const refused = await signIn(visitor, evil.slug, 'boss');
    expect(refused.html).toContain('shown to be its own');
    expect(await whoIs(visitor)).toBeUndefined();
  });

  test.each([
    ['belongs to another organisation too', 'member', true],
    ['owns the organisation', 'owner', false],
  ] as const)('no account that %s, until its owner links it themselves', async (_, role, elsewhere) => {
    const { at, browser, named, organisation, signIn, store, whoIs } = opened;
    const evil = await organisation(EVIL);
    const other = await organisation(ACME);
    const { email, userId } = await named(
      `ann@${evil.domain}`,
      { orgId: evil.orgId, role },
      ...(elsewhere ? [{ orgId: other.orgId, role: 'owner' as const }] : []),
    );
    const subject = `ann-${evil.slug}`;
    await at(EVIL, subject, { email, email_verified: true });
    const visitor = browser();
    const refused = await signIn(visitor, evil.slug, subject, { returnTo: '/app/x' });
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('There is an account with this address already');
    expect(await whoIs(visitor)).toBeUndefined();

    // The way that the page offers: by their own means, then link, then on.
    const link = /href="(\/sign-in\?return_to=[^"]+)"/.exec(refused.html)?.[1] ?? '';
    const to = new URLSearchParams(link.split('?')[1]).get('return_to') ?? '';
    const own = await visitor.signIn(email, PASSWORD, { returnTo: to });
    expect(own.location).toBe(to);
    const linked = await signIn(visitor, evil.slug, subject, { action: 'link', returnTo: '/app/x' });
    expect(linked).toMatchObject({ status: 303, location: '/app/x' });
    expect(await whoIs(visitor)).toMatchObject({ userId, viaOrgId: null });

    // From now on the provider signs them in, and opens its own organisation alone.
    const later = browser();
    expect((await signIn(later, evil.slug, subject)).status).toBe(303);
    const session = await whoIs(later);
    expect(session).toMatchObject({ userId, viaOrgId: evil.orgId });
    if (session === undefined) throw new Error('nobody is signed in');
    const { closed, open } = await createReach({ store, clock: systemClock })(session);
    expect(open.map(({ organisation: { id } }) => id)).toEqual([evil.orgId]);
    expect(closed.map(({ because }) => because)).toEqual(elsewhere ? ['other_company'] : []);
  });

  test('no account that nobody vouched for, even if it is a member: whoever made it typed any address', async () => {
    const { at, browser, named, organisation, signIn, store, whoIs } = opened;
    const { domain, orgId, slug } = await organisation();
    const { email, userId } = await named(`typed@${domain}`, { orgId, role: 'member' });
    await store.pool.query('update users set email_verified = false where id = $1', [userId]);
    await at(ACME, 'typed', { email, email_verified: true });
    const visitor = browser();
    expect((await signIn(visitor, slug, 'typed')).status).toBe(409);
    expect(await whoIs(visitor)).toBeUndefined();
  });

  test('no account without any organisation: it could be somebody’s who waits for the address', async () => {
    const { at, browser, named, organisation, signIn } = opened;
    const { domain, slug } = await organisation();
    const { email } = await named(`waits@${domain}`);
    await at(ACME, 'waits', { email, email_verified: true });
    expect((await signIn(browser(), slug, 'waits')).status).toBe(409);
  });

  test('a member that somebody vouched for, who belongs nowhere else', async () => {
    const { at, browser, named, organisation, signIn, whoIs } = opened;
    const { domain, orgId, slug } = await organisation();
    const { email, userId } = await named(`only@${domain}`, { orgId, role: 'viewer' });
    await at(ACME, 'only', { email, email_verified: true });
    const visitor = browser();
    expect((await signIn(visitor, slug, 'only')).status).toBe(303);
    expect(await whoIs(visitor)).toMatchObject({ userId, viaOrgId: orgId });
    expect(await roleOf(orgId, userId)).toBe('viewer');

    // The address goes to somebody else at the company: that is another person.
    await at(ACME, 'successor', { email, email_verified: true });
    const successor = await signIn(browser(), slug, 'successor');
    expect(successor.status).toBe(403);
    expect(successor.html).toContain('linked to another person');
  });

  test('not the same subject of another issuer', async () => {
    const { at, browser, organisation, signIn, whoIs } = opened;
    const acme = await organisation(ACME);
    const evil = await organisation(EVIL);
    await at(ACME, 'same-sub', { email: `s@${acme.domain}`, email_verified: true });
    await at(EVIL, 'same-sub', { email: `s@${evil.domain}`, email_verified: true });
    const [left, right] = [browser(), browser()];
    await signIn(left, acme.slug, 'same-sub');
    await signIn(right, evil.slug, 'same-sub');
    const [one, two] = [await whoIs(left), await whoIs(right)];
    expect(one?.userId).toBeDefined();
    expect(two?.userId).toBeDefined();
    expect(one?.userId).not.toBe(two?.userId);
  });

  test('nobody who is disabled, or in an organisation that is suspended', async () => {
    const { at, browser, organisation, signIn, store, whoIs } = opened;
    const { domain, orgId, slug } = await organisation();
    await at(ACME, 'gone', { email: `gone@${domain}`, email_verified: true });
    const visitor = browser();
    await signIn(visitor, slug, 'gone');
    const user = await whoIs(visitor);
    if (user === undefined) throw new Error('nobody is signed in');
    await store.people.setDisabled(user.userId, true);
    const refused = await signIn(browser(), slug, 'gone');
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('cannot be used');
    await store.people.setSuspended(orgId, true);
    expect((await browser().get(`/sign-in/company/${slug}`)).status).toBe(404);
  });

  test('nobody whose organisation gives the provider up while they arrive', async () => {
    const { at, browser, company, organisation, signIn, store, whoIs } = opened;
    const { by, domain, slug } = await organisation();
    await at(ACME, 'late', { email: `late@${domain}`, email_verified: true });
    const first = browser();
    await signIn(first, slug, 'late');
    const userId = (await whoIs(first))?.userId;
    const person = await holdPerson(store, userId);
    onTestFinished(person.letGo);
    const second = browser();
    const arriving = signIn(second, slug, 'late');
    await untilBlocked(store, 1);
    const removing = company.portal.companyProviders.remove(by);
    await untilBlocked(store, 2);
    await person.letGo();
    expect((await removing).ok).toBe(true);
    await arriving;
    expect(await whoIs(second)).toBeUndefined();
  });

  test('nobody who was removed, until an admin lets them back in', async () => {
    const { at, browser, company, organisation, people, signIn, whoIs } = opened;
    const { by, domain, orgId, slug } = await organisation();
    await at(ACME, 'removed', { email: `removed@${domain}`, email_verified: true });
    const visitor = browser();
    await signIn(visitor, slug, 'removed');
    const user = await whoIs(visitor);
    if (user === undefined) throw new Error('nobody is signed in');
    valueOf(await people.removeMember({ orgId, userId: user.userId }));
    const refused = await signIn(browser(), slug, 'removed');
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('You were removed');
    const removed = await company.portal.companyProviders.listRemoved(orgId);
    expect(removed.map(({ email }) => email)).toEqual([`removed@${domain}`]);
    valueOf(await company.portal.companyProviders.readmit(by, user.userId));
    expect((await signIn(browser(), slug, 'removed')).status).toBe(303);
    expect(await roleOf(orgId, user.userId)).toBe('member');
  });

  test('nobody new where nobody joins by signing in', async () => {
    const { at, browser, organisation, signIn, store } = opened;
    const { domain, slug } = await organisation(ACME, { defaultRole: null });
    await at(ACME, 'new', { email: `new@${domain}`, email_verified: true });
    const refused = await signIn(browser(), slug, 'new');
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('signing in does not make you one');
    expect(await store.people.findUserByEmail(`new@${domain}`)).toBeUndefined();
  });
});

describe('linking', () => {
  test('is not finished for somebody else who signed in meanwhile, nor for whoever came by a company', async () => {
    const { account, at, browser, depart, organisation, provider, signIn, store, whoIs } = opened;
    const { domain, orgId, slug } = await organisation();
    await at(ACME, 'links', { email: `links@${domain}`, email_verified: true });
    const [first, second] = [await account(), await account()];
    const visitor = browser();
    await visitor.signIn(first.email, PASSWORD);
    const back = await provider.visitor().signIn(await depart(visitor, slug, { action: 'link' }), 'links');
    await visitor.get('/sign-in?confirm=1');
    const csrf =
      /name="csrf" value="([^"]+)"/.exec((await visitor.get('/sign-in?confirm=1')).html)?.[1] ?? '';
    await visitor.post('/sign-in', { csrf, return_to: '/app', email: second.email, password: PASSWORD });
    expect((await whoIs(visitor))?.userId).toBe(second.userId);
    const refused = await visitor.get(back.pathname + back.search);
    expect(refused.status).toBe(409);
    expect(await store.companySignIn.countIdentities(orgId)).toBe(0);

    const employee = browser();
    await signIn(employee, slug, 'links');
    const page = await employee.get(`/sign-in/company/${slug}`);
    expect(page.html).not.toContain('Link this account');
  });

  test('does not take a person at the provider away from the account that has them', async () => {
    const { account, at, browser, organisation, signIn } = opened;
    const { domain, slug } = await organisation();
    await at(ACME, 'taken', { email: `taken@${domain}`, email_verified: true });
    await signIn(browser(), slug, 'taken');
    const other = await account();
    const visitor = browser();
    await visitor.signIn(other.email, PASSWORD);
    const refused = await signIn(visitor, slug, 'taken', { action: 'link' });
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('linked to another person');
  });
});
