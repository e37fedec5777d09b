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

test.each(['token', 'key'] as const)(
  'a click that ends a connection in %s mode goes to the database eight times before it counts',
  async (mode) => {
    const organisation = await world.newOrganisation(mode);
    const owner = await world.newMember([organisation, 'owner']);
    const counts: number[] = [];
    // Other work of the service may be among them, once.
    for (let round = 0; round < 3; round += 1) {
      const { grantId } = await world.connect(owner, 'full');
      const query = vi.spyOn(pg.Client.prototype, 'query');
      const path = `/connections/${grantId}/disconnect`;
      expect((await portalRequest(world.url, owner, organisation.slug, path)).status).toBe(200);
      const texts = query.mock.calls.map(([asked]) => textOf(asked));
      query.mockRestore();
      counts.push(texts.indexOf('commit') + 1);
    }
    expect(Math.min(...counts)).toBe(8);
  },
);

function textOf(asked: unknown): string {
  if (typeof asked === 'string') return asked;
  return typeof asked === 'object' && asked !== null && 'text' in asked ? String(asked.text) : '';
}
