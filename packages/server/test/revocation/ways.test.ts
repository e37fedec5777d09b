import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openWorld, type World } from '../oauth/support/world.ts';
import { portalRequest } from './support/portal.ts';

// What each statement costs where the database is far away. What is revoked counts until the last of them.
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const ROUNDS = 8;

test.each(['token', 'key'] as const)(
  'a click that ends a connection in %s mode goes to the database four times before it counts',
  async (mode) => {
    const organisation = await world.newOrganisation(mode);
    const owner = await world.newMember([organisation, 'owner']);
    const counts: number[] = [];
    // Other work of the service may be among them, and commits what is its own: the fewest are those of the click alone.
    for (let round = 0; round < ROUNDS; round += 1) {
      const { grantId } = await world.connect(owner, 'full');
      const query = vi.spyOn(pg.Client.prototype, 'query');
      const path = `/connections/${grantId}/disconnect`;
      expect((await portalRequest(world.url, owner, organisation.slug, path)).status).toBe(200);
      const asked = query.mock.calls.map(([what], at) => ({
        on: query.mock.contexts[at],
        text: textOf(what),
      }));
      query.mockRestore();
      const ending = asked.findIndex(({ text }) => text.includes('ended_key'));
      const before = asked.slice(0, ending).filter(({ on }) => on === asked[ending]?.on);
      // In a transaction it would not count before that is committed.
      expect(before.findLast(({ text }) => /^(?:begin|commit|rollback)$/.test(text))?.text).not.toBe('begin');
      counts.push(ending + 1);
    }
    expect(Math.min(...counts)).toBe(4);
  },
);

function textOf(asked: unknown): string {
  if (typeof asked === 'string') return asked;
  return typeof asked === 'object' && asked !== null && 'text' in asked ? String(asked.text) : '';
}
