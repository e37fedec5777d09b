import type { Pool } from 'pg';
import { vi } from 'vitest';

/** Until so many statements in the store's database wait for a lock. */
export function untilBlocked({ pool }: { readonly pool: Pool }, count: number): Promise<void> {
  return vi.waitFor(
    async () => {
      const { rows } = await pool.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if ((rows[0]?.waiting ?? 0) < count) throw new Error(`${rows[0]?.waiting} of ${count} wait`);
    },
    { timeout: 20_000, interval: 10 },
  );
}
