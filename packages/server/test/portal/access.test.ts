import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const READ_KEY = { name: 'Mine', access: 'read', expires_in_days: 30 };

/** Two people of these roles in one organisation, and a key of the second's. */
async function pair(role: Role, otherRole: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const other = await portal.person({ orgId, role: otherRole });
  const base = `/organisations/${slug}`;
  const theirs = await create(other, base);
  return { orgId, base, person, other, theirs };
}

async function create(person: Person, base: string, body: unknown = READ_KEY) {
  const { status, body: made } = await person.post(`${base}/keys`, body);
  expect(status).toBe(201);
  return { id: String(made?.['id']), secret: String(made?.['secret']) };
}

const holdersOf = async (person: Person, base: string) =>
  itemsOf(await person.get(`${base}/keys`)).map((key) => String(key['holder']));

describe('keys', () => {
  test.each<Role>(['member', 'viewer'])('a %s sees own keys alone', async (role) => {
    const { base, person, other } = await pair(role, 'owner');
    await create(person, base);
    expect(await holdersOf(person, base)).toEqual([person.email]);
    expect((await holdersOf(other, base)).toSorted()).toEqual([person.email, other.email].toSorted());
  });

  test.each<Role>(['member', 'viewer'])(
    "a %s cannot end somebody else's key, and cannot tell it from none",
    async (role) => {
      const { base, person, theirs } = await pair(role, 'owner');
      const answer = await person.post(`${base}/keys/${theirs.id}/revoke`);
      const absent = await person.post(`${base}/keys/key_absent/revoke`);
      expect([answer.status, { ...errorOf(answer), request_id: '' }]).toEqual([
        404,
        { ...errorOf(absent), request_id: '' },
      ]);
      expect(await portal.verifyKey(theirs.secret)).toBeDefined();
    },
  );

  test.each<Role>(['owner', 'admin', 'member', 'viewer'])('a %s ends an own key', async (role) => {
    const { base, person } = await pair(role, 'owner');
    const own = await create(person, base);
    expect((await person.post(`${base}/keys/${own.id}/revoke`)).status).toBe(200);
    expect(await portal.verifyKey(own.secret)).toBeUndefined();
  });

  test.each<Role>(['owner', 'admin'])("an %s sees and ends a member's key", async (role) => {
    const { base, person, other, theirs } = await pair(role, 'member');
    expect(await holdersOf(person, base)).toEqual([other.email]);
    expect((await person.post(`${base}/keys/${theirs.id}/revoke`)).status).toBe(200);
    expect(await portal.verifyKey(theirs.secret)).toBeUndefined();
  });

  test.each<[Role, 'read' | 'full', number]>([
    ['owner', 'full', 201],
    ['admin', 'full', 201],
    ['member', 'full', 201],
    ['viewer', 'full', 403],
    ['viewer', 'read', 201],
  ])('a %s asking for a key of %s access gets %i', async (role, access, status) => {
    const { base, person } = await pair(role, 'owner');
    const answer = await person.post(`${base}/keys`, { ...READ_KEY, access });
    expect(answer.status).toBe(status);
    expect(answer.text.includes('lk_')).toBe(status === 201);
    const held = (await holdersOf(person, base)).filter((holder) => holder === person.email);
    expect(held).toHaveLength(status === 201 ? 1 : 0);
  });

  test('a role is read for each request: a demoted admin no longer sees or ends what is not theirs', async () => {
    const { orgId, base, person, theirs } = await pair('admin', 'owner');
    expect(await holdersOf(person, base)).toHaveLength(1);
    expect((await portal.people.setRole({ orgId, userId: person.userId, role: 'member' })).ok).toBe(true);
    expect(await holdersOf(person, base)).toEqual([]);
    expect((await person.post(`${base}/keys/${theirs.id}/revoke`)).status).toBe(404);
  });
});

describe('agents', () => {
  test.each<[Role, number, number]>([
    ['owner', 200, 201],
    ['admin', 200, 201],
    ['member', 403, 403],
    ['viewer', 403, 403],
  ])('a %s listing them gets %i, creating one %i', async (role, listed, created) => {
    const { base, person, other } = await pair(role, 'owner');
    const made = await other.post(`${base}/agents`, { name: 'Reporter', role: 'member' });
    const list = await person.get(`${base}/agents`);
    expect(list.status).toBe(listed);
    expect(list.text.includes('Reporter')).toBe(listed === 200);
    const agent = await person.post(`${base}/agents`, { name: 'Nightly', role: 'viewer' });
    expect(agent.status).toBe(created);
    const key = await person.post(`${base}/agents/${String(made.body?.['id'])}/keys`, READ_KEY);
    expect(key.status).toBe(created);
    expect(key.text.includes('lk_')).toBe(created === 201);
  });

  test.each(['owner', 'admin'])('cannot be made an %s', async (role) => {
    const { base, other } = await pair('member', 'owner');
    const answer = await other.post(`${base}/agents`, { name: 'Root', role });
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
  });

  test('a viewer among them cannot be given a key of full access', async () => {
    const { base, other } = await pair('member', 'owner');
    const agent = await other.post(`${base}/agents`, { name: 'Reader', role: 'viewer' });
    const path = `${base}/agents/${String(agent.body?.['id'])}/keys`;
    expect((await other.post(path, { ...READ_KEY, access: 'full' })).status).toBe(403);
    expect((await other.post(path, READ_KEY)).status).toBe(201);
  });
});
