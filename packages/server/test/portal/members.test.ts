import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { trailOf } from '../support/trail-of.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function peopleOf<const Roles extends readonly Role[]>(...roles: Roles) {
  const { orgId, slug } = await portal.organisation();
  const made = await Promise.all(roles.map((role) => portal.person({ orgId, role })));
  const persons = made as { [Place in keyof Roles]: Person };
  const base = `/organisations/${slug}/members`;
  const roleOf = (userId: Person['userId']) => portal.store.people.roleOf(orgId, userId);
  return { orgId, slug, base, persons, roleOf };
}

describe('members', () => {
  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['member', 200],
    ['viewer', 403],
  ])('a %s who asks for the list gets %i', async (role, status) => {
    const { base, persons } = await peopleOf(role, 'owner');
    const answer = await persons[0].get(base);
    expect(answer.status).toBe(status);
    if (status !== 200) return;
    const listed = new Map(itemsOf(answer).map(({ email, is_you, role: held }) => [email, [is_you, held]]));
    expect(listed).toEqual(
      new Map([
        [persons[0].email, [true, role]],
        [persons[1].email, [false, 'owner']],
      ]),
    );
  });

  test.each<[by: Role, from: Role, to: Role, status: number]>([
    ['owner', 'member', 'owner', 200],
    ['owner', 'owner', 'viewer', 200],
    ['owner', 'admin', 'member', 200],
    ['admin', 'member', 'viewer', 200],
    ['admin', 'viewer', 'admin', 200],
    ['admin', 'member', 'owner', 403],
    ['admin', 'owner', 'member', 403],
    ['member', 'viewer', 'member', 403],
    ['viewer', 'viewer', 'member', 403],
  ])('a %s making a %s a %s gets %i', async (by, from, to, status) => {
    const { base, persons, roleOf } = await peopleOf(by, from, 'owner');
    const [asks, other] = persons;
    expect((await asks.put(`${base}/${other.userId}/role`, { role: to })).status).toBe(status);
    expect(await roleOf(other.userId)).toBe(status === 200 ? to : from);
  });

  test.each<[by: Role, from: Role, status: number]>([
    ['owner', 'owner', 200],
    ['admin', 'member', 200],
    ['admin', 'owner', 403],
    ['member', 'viewer', 403],
  ])('a %s removing a %s gets %i', async (by, from, status) => {
    const { base, persons, roleOf } = await peopleOf(by, from, 'owner');
    const [asks, other] = persons;
    expect((await asks.post(`${base}/${other.userId}/remove`)).status).toBe(status);
    expect(await roleOf(other.userId)).toBe(status === 200 ? undefined : from);
  });

  test('a member who is removed takes their own connections along, and nobody else’s', async () => {
    const { base, orgId, persons } = await peopleOf('owner', 'member', 'member');
    const [owner, leaving, staying] = persons;
    const gone = await portal.connection({ orgId, userId: leaving.userId });
    const kept = await portal.connection({ orgId, userId: staying.userId });
    await owner.post(`${base}/${leaving.userId}/remove`);
    expect(await portal.verifyKey(gone.secret)).toBeUndefined();
    expect(await portal.verifyKey(kept.secret)).toMatchObject({ access: 'full' });
  });

  test('nobody makes more of himself, and anybody may leave but the last owner', async () => {
    const { base, persons, roleOf } = await peopleOf('owner', 'admin', 'viewer');
    const [owner, admin, viewer] = persons;
    expect((await admin.put(`${base}/${admin.userId}/role`, { role: 'owner' })).status).toBe(403);
    expect((await viewer.put(`${base}/${viewer.userId}/role`, { role: 'member' })).status).toBe(403);
    expect((await viewer.post(`${base}/${viewer.userId}/remove`)).status).toBe(200);
    const left = await owner.post(`${base}/${owner.userId}/remove`);
    expect([left.status, errorOf(left)?.['code']]).toEqual([409, 'conflict']);
    expect((await owner.put(`${base}/${owner.userId}/role`, { role: 'admin' })).status).toBe(409);
    expect(await roleOf(owner.userId)).toBe('owner');
  });

  test('two owners who demote each other at the same moment leave one', async () => {
    const { base, persons, roleOf } = await peopleOf('owner', 'owner');
    const [one, two] = persons;
    const answers = await Promise.all([
      one.put(`${base}/${two.userId}/role`, { role: 'viewer' }),
      two.put(`${base}/${one.userId}/role`, { role: 'viewer' }),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]));
    expect(new Set([await roleOf(one.userId), await roleOf(two.userId)])).toEqual(
      new Set(['owner', 'viewer']),
    );
  });

  test('of another organisation are as absent as ones that nobody has', async () => {
    const { base, persons } = await peopleOf('owner', 'owner');
    const other = await peopleOf('owner', 'member');
    const foreign = other.persons[1];
    for (const id of [foreign.userId, 'nobody', '%00']) {
      expect((await persons[0].put(`${base}/${id}/role`, { role: 'viewer' })).status).toBe(404);
      expect((await persons[0].post(`${base}/${id}/remove`)).status).toBe(404);
    }
    expect(await other.roleOf(foreign.userId)).toBe('member');
    expect((await persons[0].get(other.base)).status).toBe(404);
  });

  test('a role is changed with a trace that says by whom, from what, to what', async () => {
    const { base, orgId, persons } = await peopleOf('owner', 'member');
    const [owner, member] = persons;
    await owner.put(`${base}/${member.userId}/role`, { role: 'viewer' });
    await owner.put(`${base}/${member.userId}/role`, { role: 'viewer' });
    await owner.post(`${base}/${member.userId}/remove`);
    const rows = await trailOf(portal.store, orgId, 'action, actor_id, target, detail');
    const by = { actor_id: owner.userId, target: member.userId };
    expect(rows).toEqual([
      { action: 'member.role_changed', ...by, detail: { from: 'member', to: 'viewer' } },
      { action: 'member.removed', ...by, detail: { from: 'viewer' } },
    ]);
  });
});
