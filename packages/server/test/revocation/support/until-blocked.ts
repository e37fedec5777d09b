import { vi } from 'vitest';
import type { World } from '../../oauth/support/world.ts';

/** Until so many statements in the world's database wait for a lock. */
export function untilBlocked(world: World, count: number): Promise<void> {
  return vi.waitFor(
    async () => {
      const [row] = await world.rows<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if ((row?.waiting ?? 0) < count) throw new Error(`${row?.waiting} of ${count} wait`);
    },
    { timeout: 20_000, interval: 10 },
  );
}
