import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import type { SessionScope } from '../../src/kernel/session-scope.ts';
import { createReach } from '../../src/people/company/reach.ts';
import { valueOf } from '../people/open-people.ts';
import { ACME, EVIL, openCompany, type OpenedCompany } from './open-company.ts';

let opened: OpenedCompany;
beforeAll(async () => {
  opened = await openCompany();
});
afterAll(() => opened.close());

const MAP = [
  { group: 'everybody', role: 'viewer' },
  { group: 'engineers', role: 'member' },
  { group: 'admins', role: 'admin' },
] as const;

/** An organisation with groups, and somebody who signs in to it as often as the test likes. */
async function grouped(
  map: readonly { group: string; role: 'viewer' | 'member' | 'admin' | 'owner' }[] = MAP,
) {
  const made = await opened.organisation(ACME, { groupsClaim: 'groups', groupRoles: [...map] });
  const subject = `g-${made.slug}`;
  return {
    ...made,
    async signIn(groups: unknown): Promise<string | undefined> {
      const email = `g@${made.domain}`;
      await opened.at(ACME, subject, {
        email,
        email_verified: true,
        ...(groups === undefined ? {} : { groups }),
      });
      const browser = opened.browser();
      const back = await opened.signIn(browser, made.slug, subject);
      expect(back.status).toBe(303);
      const user = await opened.whoIs(browser);
      return user && (await opened.store.people.heldRoleOf(made.orgId, user.userId));
    },
  };
}

describe('groups', () => {
  test('give the highest role that any of them gives, at each sign-in, and take it away again', async () => {
    const { orgId, signIn } = await grouped();
    expect(await signIn(['everybody', 'admins', 'engineers'])).toBe('admin');
    expect(await signIn(['everybody', 'engineers'])).toBe('member');
    expect(await signIn('everybody')).toBe('viewer');
    expect(await signIn(['others'])).toBe('member');
    const trail = await opened.audit(orgId);
    const changes = trail.filter(({ action }) => action === 'member.role_changed');
    expect(changes.map(({ detail }) => [detail?.['from'], detail?.['to'], detail?.['by']])).toEqual([
      ['admin', 'member', 'company groups'],
      ['member', 'viewer', 'company groups'],
      ['viewer', 'member', 'company groups'],
    ]);
  });

  test.each([[undefined], [{ admins: true }], [7], [null]])(
    'a claim that is %j names none',
    async (claim) => {
      const { signIn } = await grouped();
      expect(await signIn(['admins'])).toBe('admin');
      expect(await signIn(claim)).toBe('member');
    },
  );

  test('a lowered role is lower for what the person holds, on every node', async () => {
    const { signIn } = await grouped();
    const heard: string[] = [];
    opened.store.onOwnChange(({ kind, subject }) => heard.push(`${kind} ${subject}`));
    await signIn(['admins']);
    heard.length = 0;
    await signIn(['everybody']);
    expect(heard.some((change) => change.startsWith('member '))).toBe(true);
  });

  test('the last owner stays one, and another owner is lowered only where an owner named a group for owners', async () => {
    const { by, orgId, owner, set, signIn, version } = await grouped();
    expect(await signIn(['admins'])).toBe('admin');
    const { rows } = await opened.store.pool.query<{ user_id: string }>(
      'select user_id from company_identities where org_id = $1',
      [orgId],
    );
    const person = rows[0]?.user_id as typeof owner.userId;
    valueOf(await opened.people.setRole({ orgId, userId: person, role: 'owner' }));
    expect(await signIn(['everybody'])).toBe('owner');

    const owners = [...MAP, { group: 'founders', role: 'owner' as const }];
    valueOf(await set({ groupsClaim: 'groups', groupRoles: owners, version }, owner.userId));
    expect(await signIn(['founders'])).toBe('owner');
    valueOf(await opened.people.setRole({ orgId, userId: owner.userId, role: 'admin', by: undefined }));
    expect(await signIn(['everybody'])).toBe('owner');
    expect((await opened.audit(orgId)).map(({ action }) => action)).toContain('company.role_kept');
    valueOf(await opened.people.setRole({ orgId, userId: by.by, role: 'owner' }));
    expect(await signIn(['everybody'])).toBe('viewer');
  });

  test('what the operator declared stays as it is', async () => {
    const { orgId, signIn } = await grouped();
    await signIn(['admins']);
    await opened.store.pool.query('update memberships set declared = true where org_id = $1', [orgId]);
    expect(await signIn(['everybody'])).toBe('admin');
  });

  test('let somebody in who is in one of them, where nobody else joins', async () => {
    const { at, browser, organisation, signIn } = opened;
    const { domain, slug } = await organisation(ACME, {
      defaultRole: null,
      groupsClaim: 'groups',
      groupRoles: [{ group: 'engineers', role: 'member' }],
    });
    const email = `in@${domain}`;
    await at(ACME, `in-${slug}`, { email, email_verified: true, groups: ['others'] });
    expect((await signIn(browser(), slug, `in-${slug}`)).status).toBe(403);
    await at(ACME, `in-${slug}`, { email, email_verified: true, groups: ['engineers'] });
    expect((await signIn(browser(), slug, `in-${slug}`)).status).toBe(303);
  });
});

describe('who may say where people sign in', () => {
  test('an admin, but nothing about a group that makes owners, nor whose word that is', async () => {
    const { account, organisation } = opened;
    const { orgId, owner, set, version } = await organisation();
    const admin = await account({ orgId, role: 'admin' });
    const member = await account({ orgId, role: 'member' });
    const owners = [{ group: 'founders', role: 'owner' as const }];
    expect(await set({ version }, member.userId)).toMatchObject({ error: { reason: 'forbidden' } });
    expect(await set({ version, groupRoles: owners }, admin.userId)).toMatchObject({
      error: { reason: 'owners_only' },
    });
    const changed = valueOf(await set({ version, defaultRole: 'viewer' }, admin.userId));
    const named = valueOf(
      await set({ version: changed.version, groupsClaim: 'groups', groupRoles: owners }, owner.userId),
    );
    // Another provider, whose groups would make owners of whomever the admin likes.
    for (const change of [{ issuer: EVIL, clientSecret: null }, { groupRoles: [] }, {}]) {
      const asked = await set({ version: named.version, ...change }, admin.userId);
      expect(asked).toMatchObject({ error: { reason: 'owners_only' } });
    }
  });

  test('whoever looked at it last: two who change it at once do not undo each other', async () => {
    const { organisation } = opened;
    const { set, version } = await organisation();
    const both = await Promise.all([
      set({ version, defaultRole: 'viewer' }),
      set({ version, scopes: 'openid email' }),
    ]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await set({ version: null })).toMatchObject({ error: { reason: 'changed_meanwhile' } });
  });

  test('a secret goes to the issuer that it was given for, and to no other', async () => {
    const { organisation, store } = opened;
    const { orgId, set, version } = await organisation(ACME);
    expect(await set({ issuer: EVIL, clientSecret: undefined, version })).toMatchObject({
      error: { reason: 'secret_needed' },
    });
    const stored = await store.companySignIn.findProvider(orgId);
    expect(stored?.sealed).toBeTypeOf('string');
    expect(stored?.sealed).not.toContain('secret');
    valueOf(await set({ issuer: EVIL, clientSecret: null, version }));
    expect((await store.companySignIn.findProvider(orgId))?.sealed).toBeNull();
  });

  test('another issuer ends the sessions of the former one, and names nobody whom that one named', async () => {
    const { at, browser, organisation, signIn, store, whoIs } = opened;
    const { domain, orgId, set, slug, version } = await organisation(ACME);
    await at(ACME, `moves-${slug}`, { email: `moves@${domain}`, email_verified: true });
    const visitor = browser();
    await signIn(visitor, slug, `moves-${slug}`);
    expect(await whoIs(visitor)).toBeDefined();
    valueOf(await set({ issuer: EVIL, clientSecret: null, version }));
    expect(await whoIs(visitor)).toBeUndefined();
    expect(await store.companySignIn.countIdentities(orgId)).toBe(0);
    // The account came by the former provider alone: its address leads back to it.
    await at(EVIL, `moved-${slug}`, { email: `moves@${domain}`, email_verified: true });
    expect((await signIn(browser(), slug, `moved-${slug}`)).status).toBe(303);
  });

  test('an issuer that nobody could sign in at is not taken', async () => {
    const { organisation } = opened;
    const { set, version } = await organisation(ACME);
    for (const issuer of ['https://nobody.acme.test', `${ACME}/`, 'https://127.0.0.1']) {
      const answer = await set({ issuer, version });
      expect(answer).toMatchObject({ error: { reason: 'unusable', report: { usable: false } } });
    }
  });
});

describe('company sign-in that is required', () => {
  test('shuts the organisation to members who came by their own means, and to nobody else', async () => {
    const { account, at, browser, company, organisation, signIn, store, whoIs } = opened;
    const { by, domain, orgId, owner, slug } = await organisation(ACME);
    const elsewhere = await organisation(ACME);
    const admin = await account({ orgId, role: 'admin' }, { orgId: elsewhere.orgId, role: 'viewer' });
    const { setRequired } = company.portal.companyProviders;
    expect(await setRequired(by, true)).toMatchObject({ error: 'never_used' });
    await at(ACME, `req-${slug}`, { email: `req@${domain}`, email_verified: true });
    const visitor = browser();
    await signIn(visitor, slug, `req-${slug}`);
    expect(
      await setRequired({ ...by, by: (await account({ orgId, role: 'member' })).userId }, true),
    ).toMatchObject({
      error: 'forbidden',
    });
    valueOf(await setRequired(by, true));

    const reach = createReach({ store, clock: systemClock });
    const of = (who: Pick<SessionScope, 'userId' | 'viaOrgId'>) =>
      reach({ amr: ['pwd'], signedInAtMs: Date.now(), shownAtMs: Date.now(), address: undefined, ...who });
    const opens = async (who: Parameters<typeof of>[0]) =>
      (await of(who)).open.map(({ organisation: { id } }) => id);
    const employee = await whoIs(visitor);
    if (employee === undefined) throw new Error('nobody is signed in');
    expect(await opens(employee)).toEqual([orgId]);
    expect(await opens({ userId: owner.userId, viaOrgId: null })).toEqual([orgId]);
    expect(await opens({ userId: admin.userId, viaOrgId: null })).toEqual([elsewhere.orgId]);
    expect((await of({ userId: admin.userId, viaOrgId: null })).closed).toMatchObject([
      { organisation: { id: orgId }, because: 'company_required' },
    ]);
    // Another company's word is none here.
    expect(await opens({ userId: admin.userId, viaOrgId: elsewhere.orgId })).toEqual([elsewhere.orgId]);

    valueOf(await setRequired(by, false));
    expect(await opens({ userId: admin.userId, viaOrgId: null })).toHaveLength(2);
  });
});
