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

const NONE = {
  calls_per_month: null,
  credits_per_month: null,
  calls_at_once_per_key: null,
  calls_at_once: null,
};
const SOME = {
  calls_per_month: 5_000,
  credits_per_month: 300,
  calls_at_once_per_key: 4,
  calls_at_once: 8,
};
const MOST = {
  calls_per_month: 1_000_000,
  credits_per_month: null,
  calls_at_once_per_key: 100,
  calls_at_once: 200,
};

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const stored = async () => {
    const found = await portal.store.people.findOrganisation(orgId);
    return [found?.monthlyCalls, found?.monthlyCredits, found?.callsAtOncePerKey, found?.callsAtOnce];
  };
  const trail = () => trailOf(portal.store, orgId, 'detail', 'organisation.quota_changed');
  return { orgId, person, path: `/organisations/${slug}/settings/quota`, stored, trail };
}

const NOTHING = [null, null, null, null];

test.each<[Role, number, number]>([
  ['owner', 200, 200],
  ['admin', 200, 200],
  ['member', 200, 403],
  ['viewer', 403, 403],
])('a %s who reads the quota gets %i, who changes it %i', async (role, reading, changing) => {
  const { path, person, stored } = await asRole(role);
  expect((await person.get(path)).status).toBe(reading);
  expect((await person.put(path, { ...SOME, was: NONE })).status).toBe(changing);
  expect(await stored()).toEqual(changing === 200 ? [5_000, 300, 4, 8] : NOTHING);
});

test('it says what was used in this month and when the next one begins; what is set is in the audit log, and taken back with null', async () => {
  const { orgId, path, person, stored, trail } = await asRole('owner');
  const month = new Date().toISOString().slice(0, 7);
  const amount = { calls: 7, millicredits: 2_500 };
  const limit = { calls: null, millicredits: null };
  await portal.store.quotas.take({ orgId, month, limit, need: amount, block: amount });
  const { body } = await person.get(path);
  expect(body).toEqual({
    ...NONE,
    most: MOST,
    this_month: { calls: 7, credits: 2.5, ends_at: expect.stringMatching(/-01T00:00:00.000Z$/) },
  });
  expect((await person.put(path, { ...SOME, was: NONE })).body).toMatchObject(SOME);
  expect((await person.put(path, { ...NONE, was: SOME })).body).toMatchObject(NONE);
  expect(await stored()).toEqual(NOTHING);
  const from = { monthlyCalls: null, monthlyCredits: null, callsAtOncePerKey: null, callsAtOnce: null };
  const to = { monthlyCalls: 5_000, monthlyCredits: 300, callsAtOncePerKey: 4, callsAtOnce: 8 };
  expect(await trail()).toEqual([{ detail: { from, to } }, { detail: { from: to, to: from } }]);
});

test.each([
  ['more calls in a month than the operator allows', { calls_per_month: 1_000_001 }],
  ['more calls of a key at once', { calls_at_once_per_key: 101 }],
  ['more calls of all at once', { calls_at_once: 201 }],
  ['zero', { calls_per_month: 0 }],
  ['a part of a credit', { credits_per_month: 0.5 }],
  ['a number that no column holds', { calls_at_once: 1e12 }],
  ['a field that there is not', { calls: 1 }],
  ['nothing to compare with', { was: undefined }],
])('%s is refused, and nothing is changed', async (_what, wrong) => {
  const { path, person, stored, trail } = await asRole('owner');
  expect((await person.put(path, { ...NONE, was: NONE, ...wrong })).status).toBe(400);
  expect([await stored(), await trail()]).toEqual([NOTHING, []]);
});

test('of two admins at the same moment one is told that the other was first', async () => {
  const { orgId, path, person, stored, trail } = await asRole('owner');
  const other = await portal.person({ orgId, role: 'admin' });
  const answers = await racedBehind(portal.store, 'organisations', [
    () => person.put(path, { ...NONE, calls_per_month: 1, was: NONE }),
    () => other.put(path, { ...NONE, calls_per_month: 2, was: NONE }),
  ]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const winner = answers.findIndex(({ status }) => status === 200);
  expect(await stored()).toEqual([winner + 1, null, null, null]);
  expect(await trail()).toHaveLength(1);
});

test('an admin whose role is lowered while the change is under way changes nothing', async () => {
  const { orgId, path, person, stored, trail } = await asRole('admin');
  const [answer] = await racedBehind(
    portal.store,
    'organisations',
    [() => person.put(path, { ...NONE, calls_per_month: 1, was: NONE })],
    { meanwhile: () => portal.store.people.setRole(orgId, person.userId, 'member') },
  );
  expect([answer?.status, answer && errorOf(answer).code]).toEqual([403, 'forbidden']);
  expect([await stored(), await trail()]).toEqual([NOTHING, []]);
});
