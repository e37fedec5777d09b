import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OrganisationId, RequestId } from '../../src/kernel/ids.ts';
import { createCompanyDomains, recordOf } from '../../src/people/company/domains.ts';
import { openPeople, PASSWORD, valueOf } from '../people/open-people.ts';

let opened: Awaited<ReturnType<typeof openPeople>>;
beforeAll(async () => {
  opened = await openPeople();
});
afterAll(() => opened.close());

const requestId = 'req_test' as RequestId;
let made = 0;
let domain = '';
beforeEach(() => {
  made += 1;
  domain = `domain-${made}.test`;
});

/** An organisation, and who decides for it. */
async function organisation(role: 'owner' | 'member' = 'owner') {
  made += 1;
  const { people, store } = opened;
  const slug = `org-${made}`;
  const { orgId } = valueOf(await people.createOrganisation({ slug, name: slug, tokenMode: 'token' }));
  const email = `p-${made}@acme.test`;
  const { userId } = valueOf(await people.createUser({ email, name: 'P', password: PASSWORD }));
  await store.people.addMember(orgId, userId, role);
  return { orgId, by: userId, requestId };
}

const portal = () => opened.company.portal.companyDomains;

async function state(orgId: OrganisationId, name = domain) {
  const found = await opened.store.companySignIn.findDomain(orgId, name);
  return found?.verifiedAt === null ? 'waiting' : found === undefined ? 'none' : 'verified';
}

describe('a domain', () => {
  test('is verified by a TXT record that says the organisation’s own token', async () => {
    const decision = await organisation();
    const { record } = valueOf(await portal().add({ ...decision, domain: `${domain.toUpperCase()}.` }));
    expect(record).toMatch(/^latchkey-verification=.{43}$/);
    expect(await portal().check({ ...decision, domain })).toMatchObject({ error: 'missing' });
    for (const near of ['latchkey-verification=', `x${record}`, record.slice(0, -1), record.toUpperCase()]) {
      opened.dns.set(domain, ['v=spf1 -all', near]);
      expect(await portal().check({ ...decision, domain })).toMatchObject({ error: 'missing' });
    }
    opened.dns.set(domain, ['v=spf1 -all', record]);
    valueOf(await portal().check({ ...decision, domain }));
    expect(await state(decision.orgId)).toBe('verified');
    expect(await portal().add({ ...decision, domain })).toMatchObject({ error: 'exists' });
  });

  test.each([
    '',
    'localhost',
    '192.0.2.1',
    'acme',
    '-a.test',
    'a b.test',
    'a..test',
    'user@acme.test',
    '*.acme.test',
  ])('is not %j', async (text) => {
    const decision = await organisation();
    expect(await portal().add({ ...decision, domain: text })).toMatchObject({ error: 'domain_invalid' });
  });

  test('is one organisation’s at a time, also when two check at the same moment', async () => {
    const [left, right] = [await organisation(), await organisation()];
    const records = [
      valueOf(await portal().add({ ...left, domain })).record,
      valueOf(await portal().add({ ...right, domain })).record,
    ];
    opened.dns.set(domain, records);
    const raced = await Promise.all([
      portal().check({ ...left, domain }),
      portal().check({ ...right, domain }),
    ]);
    expect(raced.filter(({ ok }) => ok)).toHaveLength(1);
    expect(raced.find(({ ok }) => !ok)).toMatchObject({ error: 'taken' });
    expect([await state(left.orgId), await state(right.orgId)].toSorted()).toEqual(['verified', 'waiting']);
    // The database itself says so.
    await expect(
      opened.store.pool.query('update company_domains set verified_at = now() where domain = $1', [domain]),
    ).rejects.toMatchObject({ code: '23505' });
  });

  test('is nothing that a member decides about, or another organisation', async () => {
    const member = await organisation('member');
    expect(await portal().add({ ...member, domain })).toMatchObject({ error: 'forbidden' });
    const [ours, theirs] = [await organisation(), await organisation()];
    const { record } = valueOf(await portal().add({ ...ours, domain }));
    opened.dns.set(domain, [record]);
    const foreign = { ...theirs, orgId: ours.orgId, domain };
    expect(await portal().check(foreign)).toMatchObject({ error: 'forbidden' });
    expect(await portal().remove(foreign)).toMatchObject({ error: 'forbidden' });
    expect(await portal().check({ ...theirs, domain })).toMatchObject({ error: 'no_domain' });
    expect(await state(ours.orgId)).toBe('waiting');
  });

  test('is lost when its record has been gone for three days, and not before, nor when nobody answers', async () => {
    const decision = await organisation();
    const { record } = valueOf(await portal().add({ ...decision, domain }));
    opened.dns.set(domain, [record]);
    valueOf(await portal().check({ ...decision, domain }));
    const { clock, store } = opened;
    const age = (column: string, hours: number) =>
      store.pool.query(
        `update company_domains set ${column} = now() - make_interval(hours => $2) where domain = $1`,
        [domain, hours],
      );

    await age('checked_at', 25);
    const silent = createCompanyDomains({
      store,
      clock,
      resolveTxt: () => Promise.reject(Object.assign(new Error('timeout'), { code: 'ETIMEOUT' })),
    });
    expect(await silent.recheck()).toEqual({ lost: 0 });
    expect((await store.companySignIn.findDomain(decision.orgId, domain))?.missingSince).toBeNull();

    opened.dns.delete(domain);
    // Looked at a moment ago: nobody looks again.
    expect(await portal().recheck()).toEqual({ lost: 0 });
    expect((await store.companySignIn.findDomain(decision.orgId, domain))?.missingSince).toBeNull();
    await age('checked_at', 25);
    expect(await portal().recheck()).toEqual({ lost: 0 });
    expect(await state(decision.orgId)).toBe('verified');

    // It was a slip.
    opened.dns.set(domain, [record]);
    await age('checked_at', 25);
    await portal().recheck();
    expect((await store.companySignIn.findDomain(decision.orgId, domain))?.missingSince).toBeNull();

    opened.dns.delete(domain);
    await age('checked_at', 25);
    await portal().recheck();
    await age('checked_at', 25);
    await age('missing_since', 73);
    expect(await portal().recheck()).toEqual({ lost: 1 });
    expect(await state(decision.orgId)).toBe('waiting');
    const { rows } = await store.pool.query(
      `select 1 from audit_events where action = 'company.domain_lost'`,
    );
    expect(rows).toHaveLength(1);
    // The same record counts when it is back.
    const found = await store.companySignIn.findDomain(decision.orgId, domain);
    expect(found && recordOf(found)).toBe(record);
  });
});
