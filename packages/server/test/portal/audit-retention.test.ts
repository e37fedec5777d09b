import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { racedBehind } from '../people/open-people.ts';
import { trailOf } from '../support/trail-of.ts';
import { errorOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  return {
    orgId,
    person,
    path: `/organisations/${slug}/settings/audit-log`,
    stored: async () => (await portal.store.auditRetention.of(orgId))?.days,
    trail: () => trailOf(portal.store, orgId, 'action, actor_id, detail'),
  };
}

test.each<[Role, number]>([
  ['owner', 200],
  ['admin', 403],
  ['member', 403],
  ['viewer', 403],
])('a %s who looks for how long the log is kept, or changes it, gets %i', async (role, status) => {
  const { path, person, stored } = await asRole(role);
  expect((await person.get(path)).status).toBe(status);
  expect((await person.put(path, { days: 90, was: null })).status).toBe(status);
  expect(await stored()).toBe(status === 200 ? 90 : null);
});

test('it is for ever at first; each change is in the audit log', async () => {
  const { path, person, trail } = await asRole('owner');
  expect((await person.get(path)).body).toEqual({ days: null, oldest: null });
  expect((await person.put(path, { days: 365, was: null })).body).toMatchObject({ days: 365 });
  expect((await person.put(path, { days: null, was: 365 })).body).toMatchObject({ days: null });
  const act = { action: 'organisation.audit_retention_changed', actor_id: person.userId };
  expect(await trail()).toEqual([
    { ...act, detail: { from: { days: null }, to: { days: 365 } } },
    { ...act, detail: { from: { days: 365 }, to: { days: null } } },
  ]);
});

test.each([
  ['no day', { days: 0 }],
  ['less than none', { days: -30 }],
  ['a number that is none of the choices', { days: 31 }],
  ['a number in words', { days: '30' }],
  ['nothing to compare with', { was: undefined }],
  ['a field that there is not', { orgId: 'org_other' }],
])('%s is refused, and nothing is changed', async (_what, wrong) => {
  const { path, person, stored, trail } = await asRole('owner');
  expect((await person.put(path, { days: 30, was: null, ...wrong })).status).toBe(400);
  expect([await stored(), await trail()]).toEqual([null, []]);
});

test('of two owners at the same moment one is told that the other was first', async () => {
  const { orgId, path, person, stored, trail } = await asRole('owner');
  const other = await portal.person({ orgId, role: 'owner' });
  const answers = await racedBehind(portal.store, 'organisations', [
    () => person.put(path, { days: 30, was: null }),
    () => other.put(path, { days: 90, was: null }),
  ]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  expect(await stored()).toBe(answers[0]?.status === 200 ? 30 : 90);
  expect(await trail()).toHaveLength(1);
});

test('an owner whose role is lowered while the change is under way changes nothing', async () => {
  const { orgId, path, person, stored, trail } = await asRole('owner');
  const [answer] = await racedBehind(
    portal.store,
    'organisations',
    [() => person.put(path, { days: 30, was: null })],
    { meanwhile: () => portal.store.people.setRole(orgId, person.userId, 'admin') },
  );
  expect([answer?.status, answer && errorOf(answer).code]).toEqual([403, 'forbidden']);
  expect([await stored(), await trail()]).toEqual([null, []]);
});
