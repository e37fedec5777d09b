import type pg from 'pg';

/** What the first release hashed of an audit row: it stands here for good. */
export const FIRST_LEAF = `sha256(convert_to(jsonb_build_array(
  id, org_id, (extract(epoch from at) * 1000000)::bigint, phase, action, actor_kind, actor_id, client_id, grant_id,
  key_id, target, request_id, outcome, status, duration_ms, detail)::text, 'UTF8'))`;

/** Seals the rows of an organisation after `from`, up to `to`, as that release did. */
export async function sealAsFirstRelease(
  pool: pg.Pool,
  orgId: string,
  { from, to }: { from: number; to: number },
): Promise<void> {
  await pool.query(
    `with placed as (
       select min(id) as first_id, max(id) as last_id, count(*)::int as rows, array_agg(id order by id) as ids,
              string_agg(${FIRST_LEAF}, ''::bytea order by id) as leaves,
              coalesce((select max(seq) from audit_blocks where chain = $1), 0) + 1 as seq,
              coalesce((select hash from audit_blocks where chain = $1 order by seq desc limit 1), ''::bytea) as before
       from audit_events where org_id = $1 and id > $2 and id <= $3
     ), hashed as (
       select *, sha256(convert_to(concat_ws(' ', 'latchkey audit 1', $1, seq, first_id, last_id, rows) || E'\\n', 'UTF8')
                        || leaves) as content_hash
       from placed
     )
     insert into audit_blocks (chain, seq, first_id, last_id, rows, ids, leaves, content_hash, hash)
     select $1, seq, first_id, last_id, rows, ids, leaves, content_hash, sha256(before || content_hash) from hashed`,
    [orgId, from, to],
  );
}
