import { sql, type SQL } from 'drizzle-orm';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { grants, keys, usageHours } from '../schema.ts';

export interface OverviewTimes {
  now: Date;
  unusedSince: Date;
  expiringBefore: Date;
}

export interface FailingConnector extends Record<string, unknown> {
  connector: string;
  calls: number;
  failed: number;
}

/** Fewer failures than this, or a smaller share, happen everywhere. */
const FAILURES_MIN = 5;
const FAILURE_SHARE_MIN = 0.2;
const CONNECTORS_MAX = 10;

/** What an organisation's home page says of it; with `ownedBy`, of what is one person's. */
export function createOverviewQueries(executor: Executor) {
  const owned = (column: SQL, ownedBy: UserId | undefined) =>
    ownedBy === undefined ? sql`` : sql` and ${column} = ${ownedBy}`;
  return {
    async of(orgId: OrganisationId, ownedBy: UserId | undefined, times: OverviewTimes) {
      const now = times.now.toISOString();
      const liveGrants = sql`from ${grants} where org_id = ${orgId} and revoked_at is null and expires_at > ${now}${owned(
        sql`user_id`,
        ownedBy,
      )}`;
      const { rows } = await executor.execute<{
        connected: boolean;
        called: boolean;
        unusedKeys: number;
        expiring: number;
      }>(sql`
        -- In an order that an index has: where there are none, all of the others' would be looked through to find that out.
        select exists(select 1 from (select 1 ${liveGrants} order by id limit 1) one) as connected,
               exists(select 1 from (
                 select 1 from ${usageHours} where org_id = ${orgId}${owned(sql`actor_id`, ownedBy)} order by hour limit 1
               ) one) as called,
               (select count(*)::int from ${keys}
                where org_id = ${orgId} and revoked_at is null and (expires_at is null or expires_at > ${now})
                  and coalesce(last_used_at, created_at) < ${times.unusedSince.toISOString()}${owned(sql`user_id`, ownedBy)}
               ) as "unusedKeys",
               (select count(*)::int ${liveGrants} and expires_at < ${times.expiringBefore.toISOString()}
                  and issuer is null and agent_id is null) as expiring`);
      const [row] = rows;
      if (row === undefined) throw new Error('the overview returned no row');
      return row;
    },

    /** Where what stands behind the tools fails much. */
    async failing(
      orgId: OrganisationId,
      ownedBy: UserId | undefined,
      since: Date,
    ): Promise<FailingConnector[]> {
      const { rows } = await executor.execute<FailingConnector>(sql`
        select connector, sum(calls)::int as calls, sum(server_errors + failed)::int as failed
        from ${usageHours}
        where org_id = ${orgId} and hour >= ${since.toISOString()} and connector <> ''${owned(sql`actor_id`, ownedBy)}
        group by connector
        having sum(server_errors + failed) >= ${FAILURES_MIN}
           and sum(server_errors + failed) >= ${FAILURE_SHARE_MIN}::float8 * sum(calls)
        order by 3 desc, 1 limit ${CONNECTORS_MAX}`);
      return rows;
    },
  };
}
