import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from '../oauth/support/world.ts';
import { portalRequest } from './support/portal.ts';
import { untilBlocked } from '../support/until-blocked.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('a key that somebody makes while being removed is not made, and so does not come back with the member', async () => {
  const organisation = await world.newOrganisation();
  const person = await world.newMember([organisation, 'member']);
  // The removal, stopped in the middle: it has the organisation's row, and has not committed.
  const removal = await world.latchkey.store.pool.connect();
  try {
    await removal.query('begin');
    await removal.query('select 1 from organisations where id = $1 for update', [organisation.orgId]);
    await removal.query('delete from memberships where user_id = $1', [person.userId]);
    const wanted = { name: 'In passing', access: 'read', expires_in_days: null };
    const made = portalRequest(world.url, person, organisation.slug, '/keys', {}, wanted);
    await untilBlocked(world.latchkey.store, 1);
    await removal.query('commit');
    expect((await made).status).toBe(403);
  } finally {
    await removal.query('rollback');
    removal.release();
  }
  expect(await world.rows('select 1 from keys where user_id = $1', [person.userId])).toEqual([]);
});

test('a removal ends keys in the order in which their use is noted, so neither waits for the other', async () => {
  const organisation = await world.newOrganisation();
  const person = await world.newMember([organisation, 'member']);
  // Written in another order than that of their ids.
  const ids = [`key_b-${organisation.slug}`, `key_a-${organisation.slug}`];
  for (const id of ids) {
    await world.rows(
      "insert into keys (id, org_id, user_id, name, access, secret_hash) values ($1, $2, $3, 'Any', 'read', $1)",
      [id, organisation.orgId, person.userId],
    );
  }
  // Noting their use, stopped in the middle: it has the first of the two by their ids.
  const noting = await world.latchkey.store.pool.connect();
  const note = (id?: string) => noting.query('update keys set last_used_at = now() where id = $1', [id]);
  try {
    await noting.query('begin');
    await note(ids[1]);
    const removed = world.latchkey.people.removeMember({ ...organisation, userId: person.userId });
    await untilBlocked(world.latchkey.store, 1);
    await note(ids[0]);
    await noting.query('commit');
    expect((await removed).ok).toBe(true);
  } finally {
    await noting.query('rollback');
    noting.release();
  }
  const live = await world.rows('select 1 from keys where user_id = $1 and revoked_at is null', [
    person.userId,
  ]);
  expect(live).toEqual([]);
});
