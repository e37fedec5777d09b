import type pg from 'pg';
import type { UsedIdPurpose } from '../schema.ts';
import { createGrouped } from './grouped.ts';

interface Claim {
  purpose: UsedIdPurpose;
  id: string;
  expiresAtSeconds: number;
}

// In one order, so that two nodes that claim the same ids never wait for each other in a circle.
const CLAIM = `
  insert into used_ids (purpose, id, expires_at)
  select purpose, id, to_timestamp(expires_at)
  from unnest($1::text[], $2::text[], $3::float8[]) as asked (purpose, id, expires_at)
  order by purpose, id
  on conflict do nothing
  returning purpose, id`;

/** True for exactly one caller per purpose and id, on all nodes. It is remembered until `expiresAtSeconds` at least. */
export function createClaimOnce(pool: pg.Pool) {
  const claim = createGrouped(async (claims: readonly Claim[]) => {
    const { rows } = await pool.query<{ purpose: string; id: string }>({
      name: 'claim_once',
      text: CLAIM,
      values: [
        claims.map(({ purpose }) => purpose),
        claims.map(({ id }) => id),
        claims.map(({ expiresAtSeconds }) => expiresAtSeconds),
      ],
    });
    const won = new Set(rows.map(({ purpose, id }) => `${purpose} ${id}`));
    // Of two claims of one id in this group, the first has it.
    return claims.map(({ purpose, id }) => won.delete(`${purpose} ${id}`));
  });
  return (purpose: UsedIdPurpose, id: string, expiresAtSeconds: number): Promise<boolean> =>
    claim({ purpose, id, expiresAtSeconds });
}
