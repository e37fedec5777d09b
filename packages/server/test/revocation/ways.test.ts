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
  'a click that ends a connection in %s mode goes to the database eight times before it counts',
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
      const ending = asked.find(({ text }) => text.includes('ended_key'));
      const commit = asked.findIndex(({ on, text }) => text === 'commit' && on === ending?.on);
      counts.push(commit + 1);
    }
    expect(Math.min(...counts)).toBe(8);
  },
);

function textOf(asked: unknown): string {
  if (typeof asked === 'string') return asked;
  return typeof asked === 'object' && asked !== null && 'text' in asked ? String(asked.text) : '';
}
