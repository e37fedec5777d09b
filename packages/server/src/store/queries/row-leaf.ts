import { sql, type SQL } from 'drizzle-orm';

// What is sealed would be taken for changed if one of these changed: never change them. A new column, or a way that costs
// less, takes another version, which each block names and its content holds (decision 31).

/** A JSON array of the row's columns, as `jsonb` writes it. (`json` writes the same, for three quarters of the price.) */
const AS_JSON = `sha256(convert_to(json_build_array(
  id, org_id, (extract(epoch from at) * 1000000)::bigint, phase, action, actor_kind, actor_id, client_id, grant_id,
  key_id, target, request_id, outcome, status, duration_ms, detail)::text, 'UTF8'))`;

/** The row as PostgreSQL sends a record of these types to whoever asks for it in binary: half the price of JSON. */
const AS_RECORD = `sha256(record_send(row(
  id::int8, org_id::text, at::timestamptz, phase::text, action::text, actor_kind::text, actor_id::text, client_id::text,
  grant_id::text, key_id::text, target::text, request_id::text, outcome::text, status::int4, duration_ms::int4,
  detail::jsonb)))`;

/** What is hashed of an audit row, by version. */
const LEAVES = new Map([
  [1, AS_JSON],
  [2, AS_RECORD],
]);

/** What new blocks are sealed with. */
export const SEAL_VERSION = 2;
export const NEW_LEAF = sql.raw(AS_RECORD);

/** The hash of an audit row, as the blocks of that version have it. Null: no release that we know of sealed so. */
export function leafOf(version: 'block.version'): SQL {
  const cases = [...LEAVES].map(([known, leaf]) => `when ${known} then ${leaf}`);
  return sql.raw(`case ${version} ${cases.join(' ')} end`);
}

/** The hash of a block's content, of columns of the relation that is named. */
export function contentOf(block: 'block' | 'placed'): SQL {
  const parts = ['version', 'chain', 'seq', 'first_id', 'last_id', 'rows'].map((name) => `${block}.${name}`);
  return sql.raw(
    `sha256(convert_to(concat_ws(' ', 'latchkey audit', ${parts.join(', ')}) || E'\\n', 'UTF8') || ${block}.leaves)`,
  );
}
