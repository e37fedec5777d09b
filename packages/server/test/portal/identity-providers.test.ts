import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import type { Role } from '../../src/kernel/access.ts';
import { racedBehind } from '../people/open-people.ts';
import { trailOf } from '../support/trail-of.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const keyPair = newKeyPair('P-256');
const PUBLIC_KEY = keyPair.publicKey.export({ format: 'jwk' });
const ISSUER = 'https://acme.okta.test';
const PINNED = { issuer: ISSUER, access: 'full', jwks: { keys: [{ ...PUBLIC_KEY, kid: 'one' }] } };

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  return { orgId, person, base: `/organisations/${slug}` };
}

/** An organisation that trusts the issuer, with people of each role in it. */
async function trusting() {
  const { orgId, base, person: owner } = await asRole('owner');
  const admin = await portal.person({ orgId, role: 'admin' });
  const member = await portal.person({ orgId, role: 'member' });
  const viewer = await portal.person({ orgId, role: 'viewer' });
  expect((await owner.post(`${base}/trusted-issuers`, PINNED)).status).toBe(201);
  return { orgId, base, owner, admin, member, viewer };
}

const linkOf = (member: { email: string }, subject = 'u-1') => ({
  issuer: ISSUER,
  subject,
  member: member.email,
});

describe('trusted issuers', () => {
  test.each<[Role, number, number, number]>([
    ['owner', 200, 201, 200],
    ['admin', 200, 201, 200],
    ['member', 403, 403, 403],
    ['viewer', 403, 403, 403],
  ])('a %s listing them gets %i, adding one %i, removing one %i', async (role, listed, added, removed) => {
    const { orgId, base } = await trusting();
    const person = await portal.person({ orgId, role });
    const list = await person.get(`${base}/trusted-issuers`);
    expect([list.status, list.text.includes(ISSUER)]).toEqual([listed, listed === 200]);
    const another = { ...PINNED, issuer: 'https://other.okta.test' };
    expect((await person.post(`${base}/trusted-issuers`, another)).status).toBe(added);
    expect((await person.post(`${base}/trusted-issuers/remove`, { issuer: ISSUER })).status).toBe(removed);
  });

  test('are listed with their ceiling, their keys and how many people they vouch for', async () => {
    const { base, owner, member } = await trusting();
    await owner.post(`${base}/identity-links`, linkOf(member));
    expect(itemsOf(await owner.get(`${base}/trusted-issuers`))).toMatchObject([
      { issuer: ISSUER, access: 'full', jwks_uri: null, key_ids: ['one'], links: 1 },
    ]);
  });

  test('are trusted once, and keys are never exchanged under the people who are linked', async () => {
    const { base, owner } = await trusting();
    const again = await owner.post(`${base}/trusted-issuers`, { ...PINNED, access: 'read' });
    expect([again.status, errorOf(again).code]).toEqual([409, 'conflict']);
    expect(itemsOf(await owner.get(`${base}/trusted-issuers`))).toMatchObject([{ access: 'full' }]);
  });

  const privateKey = keyPair.privateKey.export({ format: 'jwk' });
  const at = (issuer: string) => ({ ...PINNED, issuer });
  const keysAt = (jwks_uri: unknown) => ({ issuer: ISSUER, access: 'read', jwks_uri });
  test.each<[string, unknown]>([
    ['in clear', at('http://acme.okta.test')],
    ['of another scheme', at('javascript:alert(1)')],
    ['with a query', at('https://acme.okta.test/?a=b')],
    ['with an empty query', at('https://acme.okta.test/?')],
    ['with a fragment', at('https://acme.okta.test/#a')],
    ['with a password', at('https://a:b@acme.okta.test')],
    ['in capitals', at('https://ACME.okta.test')],
    ['with the port that goes without saying', at('https://acme.okta.test:443')],
    ['with dot segments', at('https://acme.okta.test/a/../b')],
    ['with a backslash', at('https://acme.okta.test\\evil.test')],
    ['with what nobody sees', at('https://acme.okta.test/\u202e')],
    ['with a line of its own', at('https://acme.okta.test/\n')],
    ['with NUL', at('https://acme.okta.test/\0')],
    ['too long', at(`https://acme.okta.test/${'x'.repeat(400)}`)],
    ['that is no text', { ...PINNED, issuer: ['https://acme.okta.test'] }],
    ['without a ceiling', { ...PINNED, access: undefined }],
    ['with a ceiling above all', { ...PINNED, access: 'admin' }],
    ['with keys twice', { ...PINNED, jwks_uri: 'https://acme.okta.test/keys' }],
    ['with no keys', { ...PINNED, jwks: { keys: [] } }],
    ['with a private key', { ...PINNED, jwks: { keys: [privateKey] } }],
    ['with a symmetric key', { ...PINNED, jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }],
    ['with keys at this machine', keysAt('https://127.0.0.1/keys')],
    ['with keys at this machine, in IPv6', keysAt('https://[::1]/keys')],
    ['with keys at this machine, in IPv6 of IPv4', keysAt('https://[::ffff:7f00:1]/keys')],
    ['with keys at this machine, by name', keysAt('https://localhost/keys')],
    ['with keys at the metadata service', keysAt('https://169.254.169.254/latest')],
    ['with keys at a decimal address', keysAt('https://2130706433/keys')],
    ['with keys at another port', keysAt('https://acme.okta.test:8443/keys')],
    ['with keys in clear', keysAt('http://acme.okta.test/keys')],
    ['with keys in a file', keysAt('file:///etc/passwd')],
    ['that is this machine itself', { issuer: 'https://127.0.0.1', access: 'read' }],
    ['of an organisation of its own choice', { ...PINNED, org_id: 'org_x' }],
  ])('an issuer %s is 400 and is not trusted', async (_, body) => {
    const { base, person } = await asRole('owner');
    const answer = await person.post(`${base}/trusted-issuers`, body);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
    expect(itemsOf(await person.get(`${base}/trusted-issuers`))).toEqual([]);
  });

  test('that cannot be read are refused alike, so that nobody learns what is at an address', async () => {
    const { base, person } = await asRole('owner');
    const messages = await Promise.all(
      ['https://127.0.0.1/keys', 'https://localhost/keys', 'https://[::1]/keys'].map(
        async (uri) => errorOf(await person.post(`${base}/trusted-issuers`, keysAt(uri))).message,
      ),
    );
    expect(new Set(messages).size).toBe(1);
  });

  test('of another organisation cannot be removed through an own one', async () => {
    const theirs = await trusting();
    const ours = await asRole('owner');
    const answer = await ours.person.post(`${ours.base}/trusted-issuers/remove`, { issuer: ISSUER });
    expect([answer.status, errorOf(answer).code]).toEqual([404, 'not_found']);
    expect(itemsOf(await theirs.owner.get(`${theirs.base}/trusted-issuers`))).toHaveLength(1);
  });
});

describe('identity links', () => {
  test.each<[Role, number, number, number]>([
    ['owner', 200, 201, 200],
    ['admin', 200, 201, 200],
    ['member', 403, 403, 403],
    ['viewer', 403, 403, 403],
  ])('a %s listing them gets %i, adding one %i, removing one %i', async (role, listed, added, removed) => {
    const { orgId, base, owner, member } = await trusting();
    await owner.post(`${base}/identity-links`, linkOf(member));
    const person = await portal.person({ orgId, role });
    const list = await person.get(`${base}/identity-links`);
    expect([list.status, list.text.includes(member.email)]).toEqual([listed, listed === 200]);
    expect((await person.post(`${base}/identity-links`, linkOf(member, 'u-2'))).status).toBe(added);
    const { issuer, subject } = linkOf(member);
    const answer = await person.post(`${base}/identity-links/remove`, { issuer, subject });
    expect(answer.status).toBe(removed);
  });

  test('end when the member becomes an owner, whose identity is linked by an owner alone', async () => {
    const { base, admin, member, owner, viewer } = await trusting();
    for (const [subject, person] of Object.entries({ 'u-1': member, 'u-2': viewer }))
      expect((await admin.post(`${base}/identity-links`, linkOf(person, subject))).status).toBe(201);
    const role = (to: Role) => owner.put(`${base}/members/${member.userId}/role`, { role: to });
    expect((await role('admin')).status).toBe(200);
    expect(itemsOf(await owner.get(`${base}/identity-links`))).toHaveLength(2);
    expect((await role('owner')).status).toBe(200);
    expect(itemsOf(await owner.get(`${base}/identity-links`))).toMatchObject([{ subject: 'u-2' }]);
    const unlinked = itemsOf(await owner.get(`${base}/audit?action=identity.unlinked`));
    expect(unlinked).toMatchObject([
      { detail: { issuer: ISSUER, subject: 'u-1', ended_grants: 0, because: 'became owner' } },
    ]);
    expect((await admin.post(`${base}/identity-links`, linkOf(member))).status).toBe(403);
    expect((await owner.post(`${base}/identity-links`, linkOf(member))).status).toBe(201);
  });

  test('go to members of this organisation alone, whatever the address', async () => {
    const { base, owner } = await trusting();
    const elsewhere = await trusting();
    for (const email of [elsewhere.member.email, 'nobody@acme.test', '', "' or 1=1 --"]) {
      const answer = await owner.post(`${base}/identity-links`, linkOf({ email }));
      expect([answer.status, errorOf(answer).message]).toEqual([404, 'There is no such member.']);
    }
    expect(itemsOf(await owner.get(`${base}/identity-links`))).toEqual([]);
  });

  test('need an issuer that this organisation trusts', async () => {
    const { base, person } = await asRole('owner');
    await trusting();
    const answer = await person.post(`${base}/identity-links`, linkOf(person));
    expect([answer.status, errorOf(answer).message]).toEqual([404, 'There is no such issuer.']);
  });

  test('to an owner are made by an owner alone, so that no admin becomes one', async () => {
    const { base, owner, admin } = await trusting();
    const refused = await admin.post(`${base}/identity-links`, linkOf(owner));
    expect([refused.status, errorOf(refused).code]).toEqual([403, 'forbidden']);
    expect((await owner.post(`${base}/identity-links`, linkOf(owner))).status).toBe(201);
  });

  test.each<[Role, 'owner' | 'member']>([
    ['admin', 'owner'],
    ['member', 'member'],
  ])('are not made by who becomes %s meanwhile, to a person who is %s', async (becomes, of) => {
    const { base, orgId, ...people } = await trusting();
    const asks = await portal.person({ orgId, role: 'owner' });
    const [answer] = await racedBehind(
      portal.store,
      'organisations',
      [() => asks.post(`${base}/identity-links`, linkOf(people[of]))],
      { meanwhile: () => portal.store.people.setRole(orgId, asks.userId, becomes), mode: 'exclusive' },
    );
    expect([answer?.status, answer && errorOf(answer).code]).toEqual([403, 'forbidden']);
    expect(itemsOf(await people.owner.get(`${base}/identity-links`))).toEqual([]);
  });

  test('stay with whom they were made for', async () => {
    const { base, owner, member, viewer } = await trusting();
    await owner.post(`${base}/identity-links`, linkOf(viewer));
    const again = await owner.post(`${base}/identity-links`, linkOf(member));
    expect([again.status, errorOf(again).code]).toEqual([409, 'conflict']);
    expect(itemsOf(await owner.get(`${base}/identity-links`))).toMatchObject([{ member: viewer.email }]);
  });

  test.each<[string, unknown]>([
    ['empty', ''],
    ['of 256 characters', 'x'.repeat(256)],
    ['with NUL', 'a\0b'],
    ['with what nobody sees', 'a\u202eb'],
    ['that ends in a space', 'a '],
    ['that is a number', 7],
  ])('to a subject %s are 400', async (_, subject) => {
    const { base, owner, member } = await trusting();
    const answer = await owner.post(`${base}/identity-links`, { ...linkOf(member), subject });
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
    expect(itemsOf(await owner.get(`${base}/identity-links`))).toEqual([]);
  });

  test('go with the membership and with the issuer', async () => {
    const { orgId, base, owner, member, viewer } = await trusting();
    await owner.post(`${base}/identity-links`, linkOf(member));
    await owner.post(`${base}/identity-links`, linkOf(viewer, 'u-2'));
    expect((await portal.people.removeMember({ orgId, userId: member.userId })).ok).toBe(true);
    expect(itemsOf(await owner.get(`${base}/identity-links`))).toMatchObject([{ subject: 'u-2' }]);
    await owner.post(`${base}/trusted-issuers/remove`, { issuer: ISSUER });
    await owner.post(`${base}/trusted-issuers`, PINNED);
    expect(itemsOf(await owner.get(`${base}/identity-links`))).toEqual([]);
  });

  test('and issuers leave who did what in the audit trail', async () => {
    const { orgId, base, owner, member } = await trusting();
    await owner.post(`${base}/identity-links`, linkOf(member));
    const { issuer, subject } = linkOf(member);
    await owner.post(`${base}/identity-links/remove`, { issuer, subject });
    await owner.post(`${base}/trusted-issuers/remove`, { issuer });
    const rows = await trailOf(portal.store, orgId, 'action, actor_id');
    expect(rows).toEqual(
      ['issuer.trusted', 'identity.linked', 'identity.unlinked', 'issuer.removed'].map((action) => ({
        action,
        actor_id: owner.userId,
      })),
    );
  });
});
