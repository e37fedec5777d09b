import type { Pool } from 'pg';

/** Columns of an organisation's audit log, the latest row last; `action` is what `like` takes. */
export async function trailOf(
  { pool }: { readonly pool: Pool },
  orgId: string,
  columns: string,
  action = '%',
): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select ${columns} from audit_events where org_id = $1 and action like $2 order by id`,
    [orgId, action],
  );
  return rows;
}
