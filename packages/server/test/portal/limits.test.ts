import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { newId } from '../../src/kernel/ids.ts';
import { racedBehind } from '../people/open-people.ts';
import { trailOf } from '../support/trail-of.ts';
import { errorOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const NONE = { calls_per_key: null, calls_per_organisation: null };
const MOST = { calls_per_key: 10_000, calls_per_organisation: 10_000 };

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const stored = async () => {
    const found = await portal.store.people.findOrganisation(orgId);
    return [found?.callsPerKey, found?.callsPerOrganisation];
  };
  const trail = () => trailOf(portal.store, orgId, 'action, actor_id, detail');
  return { orgId, person, path: `/organisations/${slug}/settings/limits`, stored, trail };
}

describe('an organisation’s own limits', () => {
  test.each<[Role, number, number]>([
    ['owner', 200, 200],
    ['admin', 200, 200],
    ['member', 200, 403],
    ['viewer', 403, 403],
  ])('a %s who reads them gets %i, who changes them %i', async (role, reading, changing) => {
    const { path, person, stored } = await asRole(role);
    expect((await person.get(path)).status).toBe(reading);
    const answer = await person.put(path, { calls_per_key: 10, calls_per_organisation: 100, was: NONE });
    expect(answer.status).toBe(changing);
    expect(await stored()).toEqual(changing === 200 ? [10, 100] : [null, null]);
  });

  test('are none at first, and taken back with null; each change is in the audit log', async () => {
    const { orgId, path, person, trail } = await asRole('owner');
    const idle = { key: 0, organisation: 0 };
    expect((await person.get(path)).body).toEqual({ ...NONE, most: MOST, busiest_hour: idle });
    const some = { calls_per_key: 5, calls_per_organisation: null };
    expect((await person.put(path, { ...some, was: NONE })).body).toMatchObject(some);
    expect((await person.put(path, { ...NONE, was: some })).body).toMatchObject(NONE);
    const [none, five] = [
      { perKey: null, perOrganisation: null },
      { perKey: 5, perOrganisation: null },
    ];
    const act = { action: 'organisation.limits_changed', actor_id: person.userId };
    expect(await trail()).toEqual([
      { ...act, detail: { from: none, to: five } },
      { ...act, detail: { from: five, to: none } },
    ]);
    const { rows } = await portal.store.pool.query('select kind from changes where subject = $1', [orgId]);
    expect(rows).toEqual([{ kind: 'organisation' }, { kind: 'organisation' }]);
  });

  test.each([
    ['more than the operator allows a key', { calls_per_key: 10_001 }],
    ['more than the operator allows all', { calls_per_organisation: 10_001 }],
    ['zero', { calls_per_key: 0 }],
    ['less than zero', { calls_per_organisation: -1 }],
    ['a part of a call', { calls_per_key: 1.5 }],
    ['a number in words', { calls_per_key: '10' }],
    ['a number that no column holds', { was: { ...NONE, calls_per_key: 1e12 } }],
    ['a field that there is not', { credits: 1 }],
    ['nothing to compare with', { was: undefined }],
  ])('%s is refused, and nothing is changed', async (_what, wrong) => {
    const { path, person, stored, trail } = await asRole('owner');
    expect((await person.put(path, { ...NONE, was: NONE, ...wrong })).status).toBe(400);
    expect([await stored(), await trail()]).toEqual([[null, null], []]);
  });

  test('what stood there before the operator allowed less may stay, and only become less', async () => {
    const { orgId, path, person, stored } = await asRole('owner');
    await portal.store.people.changeCallLimits(
      orgId,
      { perKey: null, perOrganisation: null },
      { perKey: 20_000, perOrganisation: null },
    );
    const was = { calls_per_key: 20_000, calls_per_organisation: null };
    expect((await person.put(path, { ...was, calls_per_organisation: 7, was })).status).toBe(200);
    const now = { ...was, calls_per_organisation: 7 };
    expect((await person.put(path, { ...now, calls_per_key: 20_001, was: now })).status).toBe(400);
    expect(await stored()).toEqual([20_000, 7]);
  });

  test('of two admins at the same moment one is told that the other was first', async () => {
    const { orgId, path, person, stored, trail } = await asRole('owner');
    const other = await portal.person({ orgId, role: 'admin' });
    const answers = await racedBehind(portal.store, 'organisations', [
      () => person.put(path, { ...NONE, calls_per_key: 1, was: NONE }),
      () => other.put(path, { ...NONE, calls_per_key: 2, was: NONE }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await stored()).toEqual([winner + 1, null]);
    expect(await trail()).toHaveLength(1);
  });

  test('an admin whose role is lowered while the change is under way changes nothing', async () => {
    const { orgId, path, person, stored, trail } = await asRole('admin');
    const [answer] = await racedBehind(
      portal.store,
      'organisations',
      [() => person.put(path, { ...NONE, calls_per_key: 1, was: NONE })],
      { meanwhile: () => portal.store.people.setRole(orgId, person.userId, 'member') },
    );
    expect([answer?.status, answer && errorOf(answer).code]).toEqual([403, 'forbidden']);
    expect([await stored(), await trail()]).toEqual([[null, null], []]);
  });

  test('of another organisation are not there', async () => {
    const mine = await asRole('owner');
    const other = await asRole('owner');
    expect((await mine.person.get(other.path)).status).toBe(404);
    expect((await mine.person.put(other.path, { ...NONE, calls_per_key: 1, was: NONE })).status).toBe(404);
    expect(await other.stored()).toEqual([null, null]);
  });

  test('stand beside the busiest hour of the last seven days, of one key and of all', async () => {
    const { orgId, path, person } = await asRole('owner');
    const { orgId: elsewhere } = await portal.organisation();
    const [a, b] = [newId('key'), newId('key')];
    const now = portal.clock.nowMs();
    const HOUR_MS = 3_600_000;
    for (const [of, key, hoursAgo, calls] of [
      [orgId, a, 2, 50],
      [orgId, b, 2, 30],
      [orgId, a, 3, 60],
      [orgId, a, 24 * 8, 900],
      [elsewhere, a, 2, 900],
    ] as const) {
      await portal.store.pool.query(
        `insert into usage_hours values ($1, date_trunc('hour', to_timestamp($2 / 1000.0)), 'tool.call', '', 'x', '', $3, 'user', 'u',
         $4, 0, 0, 0, 0, 0, '{}')`,
        [of, now - hoursAgo * HOUR_MS, key, calls],
      );
    }
    expect((await person.get(path)).body).toMatchObject({ busiest_hour: { key: 60, organisation: 80 } });
  });
});
