import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  const path = `/organisations/${slug}/settings`;
  const was = (await person.get(path)).body as { name: string; refresh_days: number } | undefined;
  const stored = () => portal.store.people.findOrganisation(orgId);
  return { orgId, slug, person, path, was, stored };
}

describe('settings', () => {
  test.each<[Role, number, number]>([
    ['owner', 200, 200],
    ['admin', 200, 200],
    ['member', 200, 403],
    ['viewer', 403, 403],
  ])('a %s who reads them gets %i, who changes them %i', async (role, reading, changing) => {
    const { path, person, stored } = await asRole(role);
    expect((await person.get(path)).status).toBe(reading);
    const before = await stored();
    const was = { name: before?.name, refresh_days: before?.refreshDays };
    const answer = await person.put(path, { name: 'New name', refresh_days: 7, was });
    expect(answer.status).toBe(changing);
    const changed = { name: 'New name', refreshDays: 7 };
    expect(await stored()).toMatchObject(changing === 200 ? changed : { name: before?.name });
  });

  test('what another admin changed meanwhile is not written over, and it is said', async () => {
    const { path, person, stored, was } = await asRole('owner');
    expect((await person.put(path, { ...was, refresh_days: 1, was })).status).toBe(200);
    const late = await person.put(path, { ...was, name: 'Late', was });
    expect([late.status, errorOf(late).code]).toEqual([409, 'conflict']);
    expect(await stored()).toMatchObject({ name: was?.name, refreshDays: 1 });
  });

  test.each([
    ['no name', { name: ' \u202e ' }],
    ['another lifetime', { refresh_days: 365 }],
    ['a lifetime in words', { refresh_days: '30' }],
    ['a field that there is not', { token_mode: 'key' }],
    ['nothing to compare with', { was: undefined }],
  ])('%s is refused, and nothing is changed', async (_what, wrong) => {
    const { path, person, stored, was } = await asRole('owner');
    expect((await person.put(path, { ...was, was, ...wrong })).status).toBe(400);
    expect(await stored()).toMatchObject({ name: was?.name, refreshDays: was?.refresh_days });
  });

  test('an admin whose role is lowered while the change is under way changes nothing', async () => {
    const { orgId, path, person, stored, was } = await asRole('admin');
    const [answer] = await racedBehind(
      portal.store,
      'organisations',
      [() => person.put(path, { ...was, name: 'Late', was })],
      { meanwhile: () => portal.store.people.setRole(orgId, person.userId, 'member') },
    );
    expect([answer?.status, answer && errorOf(answer).code]).toEqual([403, 'forbidden']);
    expect(await stored()).toMatchObject({ name: was?.name });
  });

  test('of another organisation are not there, and a change leaves a trace', async () => {
    const mine = await asRole('owner');
    const other = await asRole('owner');
    expect((await mine.person.get(other.path)).status).toBe(404);
    const change = { ...other.was, name: 'Taken', was: other.was };
    expect((await mine.person.put(other.path, change)).status).toBe(404);
    expect(await other.stored()).toMatchObject({ name: other.was?.name });
    await other.person.put(other.path, { ...other.was, refresh_days: 90, was: other.was });
    const rows = await trailOf(portal.store, other.orgId, 'action, actor_id, detail');
    expect(rows).toEqual([
      {
        action: 'organisation.settings_changed',
        actor_id: other.person.userId,
        detail: {
          from: { name: other.was?.name, refreshDays: 30 },
          to: { name: other.was?.name, refreshDays: 90 },
        },
      },
    ]);
  });
});
