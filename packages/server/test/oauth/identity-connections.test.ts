import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { postToken } from '../support/oauth-client.ts';
import { INVALID_GRANT, inSeconds, openCompanies, type Companies } from './support/companies.ts';
import { JWT_BEARER, link, newIdentityProvider } from './support/identity-provider.ts';
import { refusalOf, type World } from './support/world.ts';

let companies: Companies;
let world: World;
let second: SecondNode;
beforeAll(async () => {
  companies = await openCompanies({ secret: NODES_SECRET });
  ({ world } = companies);
  second = await startSecondNode({ url: world.url, databaseUrl: world.demo.databaseUrl });
});
afterAll(async () => {
  await second.close();
  await companies.close();
});

describe('the connection that comes of it', () => {
  test('is one row in the list of keys, however many assertions, and one for each access', async () => {
    const company = await companies.openCompany();
    await Promise.all(Array.from({ length: 8 }, () => company.tokensOf()));
    expect(await company.grants()).toMatchObject([{ access: 'full', issuer: company.provider.issuer }]);
    await company.tokensOf({ claims: { scope: 'mcp:read' } });
    expect((await company.grants()).map(({ access }) => access)).toEqual(['full', 'read']);
    const { items } = (await (await company.send('GET', '/keys')).json()) as {
      items: Record<string, unknown>[];
    };
    expect(items).toHaveLength(2);
    const host = new URL(company.provider.issuer).host;
    for (const item of items) {
      expect(item).toMatchObject({
        holder: company.member.email,
        made_by: 'connection',
        status: 'active',
        name: expect.stringContaining(`(through ${host})`),
        client: { destination: host },
      });
    }
  });

  test('ends in the list of keys: its tokens on both nodes, and what was asserted before', async () => {
    const company = await companies.openCompany();
    const { access_token } = await company.tokensOf();
    const before = await company.assert();
    expect(await companies.callAt(company.path, access_token, second.url)).toBe(200);
    const [grant] = await company.grants();
    const [key] = await world.rows<{ id: string }>('select id from keys where grant_id = $1', [grant?.id]);
    expect((await company.send('POST', `/keys/${key?.id}/revoke`, {})).status).toBe(200);
    expect(await companies.callAt(company.path, access_token)).toBe(401);
    await expect.poll(() => companies.callAt(company.path, access_token, second.url)).toBe(401);
    expect(await refusalOf(await company.present(before))).toEqual(INVALID_GRANT);
    // The provider is asked anew and still allows it: that is a new connection.
    expect((await company.ask({ claims: { iat: inSeconds(5) } })).status).toBe(200);
    expect(await company.grants()).toMatchObject([{ revoked_reason: 'by_person' }, { revoked_reason: null }]);
  });

  test('ends with the membership, which takes the link along', async () => {
    const company = await companies.openCompany();
    const { access_token } = await company.tokensOf();
    const ref = { orgId: company.organisation.orgId, userId: company.member.userId };
    expect((await world.latchkey.people.removeMember(ref)).ok).toBe(true);
    expect(await companies.callAt(company.path, access_token)).toBe(401);
    await expect.poll(() => companies.callAt(company.path, access_token, second.url)).toBe(401);
    expect(await refusalOf(await company.ask())).toEqual(INVALID_GRANT);
    await world.latchkey.store.people.addMember(ref.orgId, ref.userId, 'member');
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(5) } }))).toEqual(INVALID_GRANT);
  });

  test('ends when the member becomes an owner, whom only an owner links', async () => {
    const company = await companies.openCompany();
    const { access_token } = await company.tokensOf();
    const ref = { orgId: company.organisation.orgId, userId: company.member.userId };
    expect((await world.latchkey.people.setRole({ ...ref, role: 'owner' })).ok).toBe(true);
    expect(await companies.callAt(company.path, access_token)).toBe(401);
    await expect.poll(() => companies.callAt(company.path, access_token, second.url)).toBe(401);
    expect(await company.grants()).toMatchObject([{ revoked_reason: 'identity_unlinked' }]);
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(5) } }))).toEqual(INVALID_GRANT);
  });

  test('ends with the link, and no other member’s does', async () => {
    const company = await companies.openCompany();
    const other = await companies.newEmployee(company.organisation, 'member');
    await link(company, company.provider, 'another', other.email);
    const mine = await company.tokensOf();
    const theirs = await company.tokensOf({ claims: { sub: 'another' } });
    const { issuer } = company.provider;
    const removed = await company.send('POST', '/identity-links/remove', {
      issuer,
      subject: company.subject,
    });
    expect(await removed.json()).toMatchObject({ ended_grants: 1 });
    expect(await companies.callAt(company.path, mine.access_token)).toBe(401);
    expect(await companies.callAt(company.path, theirs.access_token)).toBe(200);
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(5) } }))).toEqual(INVALID_GRANT);
  });

  test('ends with the trust in the issuer, on both nodes, and people’s own connections live', async () => {
    const company = await companies.openCompany();
    const person = await world.newMember([company.organisation, 'member']);
    const own = await world.connect(person, 'read');
    const { access_token } = await company.tokensOf();
    const { issuer } = company.provider;
    const removed = await company.send('POST', '/trusted-issuers/remove', { issuer });
    expect(await removed.json()).toMatchObject({ ended_grants: 1 });
    expect(await companies.callAt(company.path, access_token)).toBe(401);
    await expect.poll(() => companies.callAt(company.path, access_token, second.url)).toBe(401);
    expect(await companies.callAt(company.path, own.tokens.access_token)).toBe(200);
    expect(await refusalOf(await company.ask())).toEqual(INVALID_GRANT);
    expect(await company.grants()).toMatchObject([{ revoked_reason: 'issuer_removed' }]);
  });

  test('is never left alive by an assertion that races the end of the trust, ten times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const company = await companies.openCompany();
      const { issuer } = company.provider;
      const [asked, removed] = await Promise.all([
        company.ask(),
        company.send('POST', '/trusted-issuers/remove', { issuer }),
      ]);
      expect(removed.status).toBe(200);
      expect([200, 400]).toContain(asked.status);
      const alive = (await company.grants()).filter(({ revoked_reason }) => revoked_reason === null);
      expect(alive).toEqual([]);
    }
  });

  test('is never opened again by an assertion that races its revocation, twenty times', async () => {
    const company = await companies.openCompany();
    for (let round = 0; round < 20; round += 1) {
      await company.tokensOf({ claims: { iat: inSeconds(20) } });
      const [key] = await world.rows<{ id: string }>(
        'select id from keys where org_id = $1 and revoked_at is null',
        [company.organisation.orgId],
      );
      const before = await company.assert();
      const [asked, revoked] = await Promise.all([
        company.present(before),
        company.send('POST', `/keys/${key?.id}/revoke`, {}),
      ]);
      expect(revoked.status).toBe(200);
      expect([200, 400]).toContain(asked.status);
      const alive = (await company.grants()).filter(({ revoked_reason }) => revoked_reason === null);
      expect(alive).toEqual([]);
    }
  });

  test('is never left alive by an assertion that races the removal of the member, ten times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const company = await companies.openCompany();
      const ref = { orgId: company.organisation.orgId, userId: company.member.userId };
      const [asked, removed] = await Promise.all([company.ask(), world.latchkey.people.removeMember(ref)]);
      expect(removed.ok).toBe(true);
      expect([200, 400]).toContain(asked.status);
      const alive = (await company.grants()).filter(({ revoked_reason }) => revoked_reason === null);
      expect(alive).toEqual([]);
    }
  });

  test('is not made in a suspended organisation', async () => {
    const company = await companies.openCompany();
    await world.rows('update organisations set suspended_at = now() where id = $1', [
      company.organisation.orgId,
    ]);
    expect(await refusalOf(await company.ask())).toEqual(INVALID_GRANT);
    expect(await company.grants()).toEqual([]);
  });

  test('is not made by what was asserted before everyone was signed out', async () => {
    const company = await companies.openCompany();
    await world.rows(`update organisations set tokens_valid_from = now() where id = $1`, [
      company.organisation.orgId,
    ]);
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(-2) } }))).toEqual(INVALID_GRANT);
    expect((await company.ask({ claims: { iat: inSeconds(5) } })).status).toBe(200);
  });
});

describe('E1: the audit trail', () => {
  const eventsOf = (orgId: string, action: string) =>
    world.rows<{ detail: Record<string, unknown> }>(
      'select detail from audit_events where org_id = $1 and action = $2',
      [orgId, action],
    );

  test('says through which issuer a connection came, and never the assertion or its id', async () => {
    const company = await companies.openCompany();
    const jti = 'an-assertion-id-that-is-used-once';
    const assertion = await company.assert({ claims: { jti } });
    expect((await company.present(assertion)).status).toBe(200);
    const [created] = await eventsOf(company.organisation.orgId, 'grant.created');
    expect(created?.detail).toMatchObject({ issuer: company.provider.issuer, subject: company.subject });
    const rows = await world.rows('select * from audit_events');
    const used = await world.rows('select * from used_ids');
    for (const secret of [jti, assertion]) expect(JSON.stringify([rows, used])).not.toContain(secret);
  });

  test('tells admins whom they have not linked yet', async () => {
    const company = await companies.openCompany();
    await company.ask({ claims: { sub: 'newcomer' } });
    await expect
      .poll(() => eventsOf(company.organisation.orgId, 'assertion.refused'))
      .toMatchObject([{ detail: { why: 'linked to nobody: newcomer' } }]);
  });

  test('of an organisation is not written by strangers who only name its issuer', async () => {
    const company = await companies.openCompany();
    const { client_id, client_secret } = await companies.newStranger();
    const forger = await newIdentityProvider(company.provider.issuer);
    const assertion = await forger.assert({ subject: 'x', clientId: client_id, audience: world.url });
    await postToken(world.url, { grant_type: JWT_BEARER, assertion, client_id, client_secret });
    await expect
      .poll(() =>
        world.rows('select org_id from audit_events where client_id = $1 and action = $2', [
          client_id,
          'assertion.refused',
        ]),
      )
      .toEqual([{ org_id: null }]);
    expect(await eventsOf(company.organisation.orgId, 'assertion.refused')).toEqual([]);
  });

  test('is not filled by a stranger who presents forged ones by the hundred', async () => {
    const { client_id, client_secret } = await companies.newStranger();
    const forger = await newIdentityProvider('https://nobody.test');
    const about = { subject: 'x', clientId: client_id, audience: world.url };
    for (let sent = 0; sent < 100; sent += 1) {
      const assertion = await forger.assert(about);
      await postToken(world.url, { grant_type: JWT_BEARER, assertion, client_id, client_secret });
    }
    // What is recorded later is written later.
    const company = await companies.openCompany();
    await company.ask({ claims: { sub: 'newcomer' } });
    await expect.poll(() => eventsOf(company.organisation.orgId, 'assertion.refused')).toHaveLength(1);
    const rows = await world.rows('select 1 from audit_events where client_id = $1 and action = $2', [
      client_id,
      'assertion.refused',
    ]);
    // Ten a minute, and the minute may have changed meanwhile, near the first or the last of them too.
    expect(rows.length).toBeGreaterThanOrEqual(10);
    expect(rows.length).toBeLessThanOrEqual(20);
  });
});
