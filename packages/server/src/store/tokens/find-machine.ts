import type pg from 'pg';
import type { Access, Role } from '../../kernel/access.ts';
import type { ClientId, KeyId, OrganisationId } from '../../kernel/ids.ts';
import type { Grant } from '../queries/grants.ts';
import { grants } from '../schema.ts';
import { columnsOf } from './columns.ts';
import { createGrouped } from './grouped.ts';

/** The grant of a machine's client, the live one if there is one, and what its agent is today. */
export interface Machine {
  grant: Grant;
  keyId: KeyId;
  /** By the database's clock. */
  expired: boolean;
  orgSlug: string;
  /** Null: the agent or its organisation is suspended. */
  role: Role | null;
  /** What the organisation allows anybody. */
  maxAccess: Access;
}

type Row = Grant & Omit<Machine, 'grant'>;

const FIND_MACHINES = `
  select found.*
  from unnest($1::text[], $2::text[]) as asked (org_id, client_id)
  cross join lateral (
    select ${columnsOf(grants, 'held')}, held.expires_at <= now() as expired, key.id as "keyId",
           org.slug as "orgSlug", org.max_access as "maxAccess",
           case when org.suspended_at is null then agent.role end as role
    from grants held
    join keys key on key.org_id = held.org_id and key.grant_id = held.id
    join organisations org on org.id = held.org_id
    left join agents agent on agent.org_id = org.id and agent.id = held.agent_id and agent.suspended_at is null
    where held.org_id = asked.org_id and held.client_id = asked.client_id and held.agent_id is not null
    -- The live one if there is one: signing everyone out puts a new grant in the place of the old one. The limit also
    -- keeps this apart from the query around it.
    order by held.revoked_at is null desc
    limit 1
  ) found`;

export function createFindMachine(
  pool: pg.Pool,
): (orgId: OrganisationId, clientId: ClientId) => Promise<Machine | undefined> {
  const find = createGrouped(async (clients: readonly { orgId: OrganisationId; clientId: ClientId }[]) => {
    const { rows } = await pool.query<Row>({
      name: 'find_machines',
      text: FIND_MACHINES,
      values: [clients.map(({ orgId }) => orgId), clients.map(({ clientId }) => clientId)],
    });
    const found = new Map(
      rows.map(({ keyId, expired, orgSlug, role, maxAccess, ...grant }) => [
        `${grant.orgId} ${grant.clientId}`,
        { grant, keyId, expired, orgSlug, role, maxAccess },
      ]),
    );
    return clients.map(({ orgId, clientId }) => found.get(`${orgId} ${clientId}`));
  });
  return (orgId, clientId) => find({ orgId, clientId });
}
