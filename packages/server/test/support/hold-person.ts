import type { Pool } from 'pg';

/** Nobody else gets a lock on the person's row until it is let go, which may be said again. */
export async function holdPerson({ pool }: { readonly pool: Pool }, userId: string | undefined) {
  const holder = await pool.connect();
  await holder.query('begin');
  const { rowCount } = await holder.query('select from users where id = $1 for update', [userId]);
  if (rowCount !== 1) throw new Error('there is no such person');
  let isHeld = true;
  return {
    letGo: async () => {
      if (!isHeld) return;
      isHeld = false;
      await holder.query('commit');
      holder.release();
    },
  };
}
