import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../src/kernel/access.ts';
import { newId, type OrganisationId, type UserId } from '../../src/kernel/ids.ts';
import { hashSecret, randomToken } from '../../src/kernel/secret.ts';
import { openPeople, PASSWORD, racedBehind, valueOf } from './open-people.ts';

let opened: Awaited<ReturnType<typeof openPeople>>;
let count = 0;
beforeAll(async () => {
  opened = await openPeople();
});
afterAll(() => opened.close());

async function newUser(): Promise<UserId> {
  const email = `user-${++count}@acme.test`;
  return valueOf(await opened.people.createUser({ email, name: '', password: PASSWORD })).userId;
}

async function newOrganisation(): Promise<{ orgId: OrganisationId; ownerId: UserId }> {
  const ownerId = await newUser();
  const wanted = { slug: `org-${++count}`, name: 'Org', tokenMode: 'token' as const, ownerId };
  return { orgId: valueOf(await opened.people.createOrganisation(wanted)).orgId, ownerId };
}

async function addMember(orgId: OrganisationId, role: Role): Promise<UserId> {
  const userId = await newUser();
  await opened.store.people.addMember(orgId, userId, role);
  return userId;
}

async function addGrantAndKeys(orgId: OrganisationId, userId: UserId) {
  const clientId = newId('cli');
  await opened.store.pool.query(
    `insert into clients (id, kind, name, redirect_uris, auth_method) values ($1, 'dynamic', 'Claude', '[]', 'none')`,
    [clientId],
  );
  const grantId = newId('grt');
  const about = { access: 'read', resource: '/mcp', destination: 'claude.ai', tokenMode: 'key' } as const;
  await opened.store.grants.create({ id: grantId, orgId, userId, clientId, ...about });
  const minted = { id: newId('key'), orgId, userId, grantId, name: 'minted', access: 'read' } as const;
  await opened.store.keys.create({ ...minted, secretHash: hashSecret(randomToken()) });
  const made = { id: newId('key'), orgId, userId, name: 'made', access: 'read' } as const;
  await opened.store.keys.create({ ...made, secretHash: hashSecret(randomToken()) });
  return { grantId, keyIds: [minted.id, made.id] };
}

const changedSubjects = async () =>
  (await opened.store.changes.listYoungerThan(3600)).map(({ kind, subject }) => `${kind} ${subject}`);

describe('an organisation', () => {
  test.each([
    ['slug_invalid', { slug: 'Ac me/../x', name: 'X' }],
    ['slug_invalid', { slug: '../evil', name: 'X' }],
    ['slug_reserved', { slug: 'well-known', name: 'X' }],
    ['organisation_name_missing', { slug: 'nameless', name: ' \u202e ' }],
  ])('is refused as %s', async (reason, wanted) => {
    const refused = await opened.people.createOrganisation({ ...wanted, tokenMode: 'token' });
    expect(refused).toEqual({ ok: false, error: { reason } });
  });

  test('has a slug that no other has, also when many ask at once', async () => {
    const ownerId = await newUser();
    const wanted = { slug: 'wanted', name: 'Wanted', tokenMode: 'token' as const, ownerId };
    const results = await Promise.all([1, 2, 3].map(() => opened.people.createOrganisation(wanted)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok)[0]).toEqual({ ok: false, error: { reason: 'slug_taken' } });
  });

  test.each(['Ac me/../x', '../evil', 'ab', 'acme\n', '-acme', `${'a'.repeat(41)}`])(
    'cannot be renamed to %j either: the table itself refuses it',
    async (slug) => {
      const { orgId } = await newOrganisation();
      const update = opened.store.pool.query('update organisations set slug = $1 where id = $2', [
        slug,
        orgId,
      ]);
      await expect(update).rejects.toThrow(/organisations_slug/);
    },
  );

  test('whose owner does not exist is not created at all', async () => {
    const wanted = { slug: 'ownerless', name: 'X', tokenMode: 'token' as const, ownerId: newId('usr') };
    await expect(opened.people.createOrganisation(wanted)).rejects.toThrow(/memberships/);
    expect(await opened.store.people.findOrganisationBySlug('ownerless')).toBeUndefined();
  });
});

describe('a change of role', () => {
  test('is stored and announced to every node', async () => {
    const { orgId } = await newOrganisation();
    const userId = await addMember(orgId, 'member');
    expect(await opened.people.setRole({ orgId, userId, role: 'viewer' })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await opened.store.people.roleOf(orgId, userId)).toBe('viewer');
    expect(await changedSubjects()).toContain(`member ${orgId}:${userId}`);
  });

  test.each(ROLES.filter((role) => role !== 'owner'))('never makes the last owner a %s', async (role) => {
    const { orgId, ownerId } = await newOrganisation();
    const refused = await opened.people.setRole({ orgId, userId: ownerId, role });
    expect(refused).toEqual({ ok: false, error: { reason: 'last_owner' } });
    expect(await opened.store.people.roleOf(orgId, ownerId)).toBe('owner');
  });

  test('leaves the organisation an owner who is not disabled', async () => {
    const { orgId, ownerId } = await newOrganisation();
    const disabledId = await addMember(orgId, 'owner');
    await opened.store.people.setDisabled(disabledId, true);
    const lastOwner = { ok: false, error: { reason: 'last_owner' } };
    expect(await opened.people.setRole({ orgId, userId: ownerId, role: 'admin' })).toEqual(lastOwner);
    expect(await opened.people.removeMember({ orgId, userId: ownerId })).toEqual(lastOwner);
    expect((await opened.people.removeMember({ orgId, userId: disabledId })).ok).toBe(true);
  });

  test('by two owners who demote each other at once leaves one of them', async () => {
    const { orgId, ownerId } = await newOrganisation();
    const otherId = await addMember(orgId, 'owner');
    const work = [ownerId, otherId].map(
      (userId) => () => opened.people.setRole({ orgId, userId, role: 'member' }),
    );
    const results = await racedBehind(opened.store, 'memberships', work);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    const roles = await Promise.all([ownerId, otherId].map((id) => opened.store.people.roleOf(orgId, id)));
    expect(roles.filter((role) => role === 'owner')).toHaveLength(1);
  });

  test('of a stranger is refused and announced to nobody', async () => {
    const { orgId } = await newOrganisation();
    const { ownerId: userId } = await newOrganisation();
    const refused = await opened.people.setRole({ orgId, userId, role: 'admin' });
    expect(refused).toEqual({ ok: false, error: { reason: 'not_a_member' } });
    expect(await changedSubjects()).not.toContain(`member ${orgId}:${userId}`);
  });
});

describe('a removal', () => {
  test('ends the keys and the grants of the member in this organisation alone, and tells every node', async () => {
    const { orgId } = await newOrganisation();
    const { orgId: otherOrgId } = await newOrganisation();
    const userId = await addMember(orgId, 'member');
    await opened.store.people.addMember(otherOrgId, userId, 'member');
    const bystanderId = await addMember(orgId, 'member');
    const ended = await addGrantAndKeys(orgId, userId);
    const elsewhere = await addGrantAndKeys(otherOrgId, userId);
    const bystander = await addGrantAndKeys(orgId, bystanderId);

    expect((await opened.people.removeMember({ orgId, userId })).ok).toBe(true);

    expect(await opened.store.people.roleOf(orgId, userId)).toBeUndefined();
    expect((await opened.store.grants.find(orgId, ended.grantId))?.revokedReason).toBe('member_removed');
    for (const keyId of ended.keyIds) {
      expect((await opened.store.keys.find(orgId, keyId))?.revokedAt).not.toBeNull();
    }
    const changed = await changedSubjects();
    expect(changed).toEqual(
      expect.arrayContaining([
        `member ${orgId}:${userId}`,
        `grant ${ended.grantId}`,
        ...ended.keyIds.map((keyId) => `key ${keyId}`),
      ]),
    );
    for (const [org, kept] of [
      [otherOrgId, elsewhere],
      [orgId, bystander],
    ] as const) {
      expect((await opened.store.grants.find(org, kept.grantId))?.revokedAt).toBeNull();
      for (const keyId of kept.keyIds) {
        expect((await opened.store.keys.find(org, keyId))?.revokedAt).toBeNull();
      }
      expect(changed).not.toContain(`grant ${kept.grantId}`);
    }
    expect(await opened.store.people.roleOf(otherOrgId, userId)).toBe('member');
  });

  test('of the last owner is refused', async () => {
    const { orgId, ownerId } = await newOrganisation();
    expect(await opened.people.removeMember({ orgId, userId: ownerId })).toEqual({
      ok: false,
      error: { reason: 'last_owner' },
    });
  });
});
