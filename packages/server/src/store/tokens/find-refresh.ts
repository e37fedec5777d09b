import type pg from 'pg';
import type { Access, Role } from '../../kernel/access.ts';
import type { KeyId } from '../../kernel/ids.ts';
import type { Grant } from '../queries/grants.ts';
import { grants } from '../schema.ts';
import { columnsOf } from './columns.ts';
import { createGrouped } from './grouped.ts';

/** A presented refresh token with all that its refresh depends on, as it is in the database at this moment. */
export interface PresentedRefresh {
  grant: Grant;
  /** It had its one use. */
  used: boolean;
  /** By the database's clock. */
  expired: boolean;
  keyId: KeyId | null;
  /** What the holder is today; null: a stranger, disabled or suspended, or the organisation is suspended. */
  role: Role | null;
  /** What the organisation allows anybody; null where `role` may be. */
  maxAccess: Access | null;
}

type Row = Grant & Omit<PresentedRefresh, 'grant'> & { token_hash: string };

const FIND_REFRESHES = `
  select asked.token_hash, found.*
  from unnest($1::text[]) as asked (token_hash)
  cross join lateral (
    select ${columnsOf(grants, 'held')}, presented.used_at is not null as used,
           presented.expires_at <= now() as expired, key.id as "keyId", coalesce(member.role, agent.role) as role,
           org.max_access as "maxAccess"
    from refresh_tokens presented
    join grants held on held.org_id = presented.org_id and held.id = presented.grant_id
    left join keys key on key.org_id = held.org_id and key.grant_id = held.id
    left join organisations org on org.id = held.org_id and org.suspended_at is null
    left join users person on person.id = held.user_id and person.disabled_at is null
    left join memberships member on member.org_id = org.id and member.user_id = person.id
    left join agents agent on agent.org_id = org.id and agent.id = held.agent_id and agent.suspended_at is null
    where presented.token_hash = asked.token_hash
    offset 0
  ) found`;

/** By the hash of the token, so no organisation is known yet; all else is found within the token's organisation. */
export function createFindRefresh(
  pool: pg.Pool,
): (tokenHash: string) => Promise<PresentedRefresh | undefined> {
  return createGrouped(async (tokenHashes) => {
    const { rows } = await pool.query<Row>({
      name: 'find_refreshes',
      text: FIND_REFRESHES,
      values: [[...new Set(tokenHashes)]],
    });
    const found = new Map(
      rows.map(({ token_hash, used, expired, keyId, role, maxAccess, ...grant }) => [
        token_hash,
        { grant, used, expired, keyId, role, maxAccess },
      ]),
    );
    return tokenHashes.map((tokenHash) => found.get(tokenHash));
  });
}
