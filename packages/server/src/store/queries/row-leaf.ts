import { sql } from 'drizzle-orm';

/**
 * What is hashed of an audit row: all its columns, as a JSON array, as `jsonb` writes it. Never change it: what is sealed
 * would be taken for changed. A new column takes a second version, which `contentOf` names. (`json` writes the same, for
 * three quarters of the price: `row-leaf.test.ts`.)
 */
export const ROW_LEAF = sql.raw(`sha256(convert_to(json_build_array(
  id, org_id, (extract(epoch from at) * 1000000)::bigint, phase, action, actor_kind, actor_id, client_id, grant_id,
  key_id, target, request_id, outcome, status, duration_ms, detail)::text, 'UTF8'))`);

const FIRST_VERSION = 'latchkey audit 1';

/** The hash of a block's content, of columns of the relation that is named. */
export function contentOf(block: 'block' | 'placed') {
  const parts = ['chain', 'seq', 'first_id', 'last_id', 'rows'].map((name) => `${block}.${name}`).join(', ');
  return sql.raw(
    `sha256(convert_to(concat_ws(' ', '${FIRST_VERSION}', ${parts}) || E'\\n', 'UTF8') || ${block}.leaves)`,
  );
}
