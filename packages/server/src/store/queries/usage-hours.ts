import { sql, type SQL } from 'drizzle-orm';
import { DURATION_BOUNDS_MS } from '../../kernel/durations.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { agents, auditEvents, clients, keys, organisations, usageHours, users } from '../schema.ts';

/** The tool's name is the caller's where it calls what is not there; and what it reads is named without end. */
const TOOL_CHARACTERS_MAX = 128;
const BOUNDS = sql.raw(`array[${DURATION_BOUNDS_MS.join(', ')}]`);
const BUCKETS = DURATION_BOUNDS_MS.map((_, index) => index).concat(DURATION_BOUNDS_MS.length);
const COUNT_EACH = sql.raw(
  `array[${BUCKETS.map((bucket) => `coalesce(sum(n) filter (where bucket = ${bucket}), 0)::int`).join(', ')}]`,
);
const SUM_EACH = sql.raw(
  `array[${BUCKETS.map((bucket) => `coalesce(sum(durations[${bucket + 1}]), 0)::float8`).join(', ')}]`,
);

// Most rows of a moment are alike: they are counted first, and what they are added to is worked out once for all of them.
const sumWhere = (condition: string): SQL => sql.raw(`coalesce(sum(n) filter (where ${condition}), 0)`);

export interface UsageCounts {
  calls: number;
  refused: number;
  limited: number;
  clientErrors: number;
  serverErrors: number;
  failed: number;
  durations: number[];
}

export type UsageBy = 'tool' | 'client' | 'person' | 'key';

export interface UsageFilter {
  orgId: OrganisationId;
  from: Date;
  to: Date;
  actorId?: string | undefined;
  tool?: string | undefined;
  clientId?: string | undefined;
  keyId?: string | undefined;
}

const COUNTS = sql`
  coalesce(sum(calls), 0)::float8 as calls, coalesce(sum(refused), 0)::float8 as refused,
  coalesce(sum(limited), 0)::float8 as limited, coalesce(sum(client_errors), 0)::float8 as "clientErrors",
  coalesce(sum(server_errors), 0)::float8 as "serverErrors", coalesce(sum(failed), 0)::float8 as failed,
  ${SUM_EACH} as durations`;

/** What tells the groups apart, and what they are called. `by` is never text of a caller's. */
const GROUPS: Readonly<Record<UsageBy, { of: SQL; name: SQL }>> = {
  tool: { of: sql`(grouped.action || ' ' || grouped.tool)`, name: sql`max(grouped.tool)` },
  client: {
    of: sql`grouped.client_id`,
    name: sql`(select name from ${clients} where id = max(grouped.client_id))`,
  },
  person: {
    of: sql`grouped.actor_id`,
    name: sql`coalesce((select email from ${users} where id = max(grouped.actor_id)),
                       (select name from ${agents} where org_id = max(grouped.org_id) and id = max(grouped.actor_id)))`,
  },
  key: {
    of: sql`grouped.key_id`,
    name: sql`(select name from ${keys} where org_id = max(grouped.org_id) and id = max(grouped.key_id))`,
  },
};

/** Calls by the hour. */
export function createUsageHourQueries(executor: Executor) {
  function whereOf({ actorId, clientId, from, keyId, orgId, to, tool }: UsageFilter): SQL {
    const equal = (column: SQL, value: string | undefined) =>
      value === undefined ? sql`` : sql` and ${column} = ${value}`;
    return sql`org_id = ${orgId} and hour >= ${from.toISOString()} and hour < ${to.toISOString()}${equal(
      sql`actor_id`,
      actorId,
    )}${equal(sql`tool`, tool)}${equal(sql`client_id`, clientId)}${equal(sql`key_id`, keyId)}`;
  }

  return {
    /** Adds the calls among the audit rows after `from`, up to `to`. Each row once: see `auditTrail.claim`. */
    async count(from: number, to: number): Promise<void> {
      // Of the newest rows the planner's statistics say that there are few, and few would be sorted instead of hashed.
      await executor.execute(sql`set local enable_sort = off`);
      await executor.execute(sql`
        with fresh as (
          select event.org_id, date_bin('1 hour', event.at, timestamptz '2000-01-01 00:00Z') as hour, event.action,
                 left(coalesce(event.detail ->> 'connector', ''), ${TOOL_CHARACTERS_MAX}) as connector,
                 case when event.action in ('resource.read', 'file.download') then ''
                      else left(coalesce(event.target, ''), ${TOOL_CHARACTERS_MAX}) end as tool,
                 coalesce(event.client_id, '') as client_id, coalesce(event.key_id, '') as key_id,
                 event.actor_kind, coalesce(event.actor_id, '') as actor_id, event.outcome, event.status,
                 width_bucket(event.duration_ms, ${BOUNDS}) as bucket, count(*) as n
          from ${auditEvents} event join ${organisations} held on held.id = event.org_id
          where event.id > ${from} and event.id <= ${to} and event.phase <> 'intent'
            and event.action in ('tool.call', 'api.call', 'file.download', 'prompt.get', 'resource.read')
          group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
        )
        insert into ${usageHours} as had (org_id, hour, action, connector, tool, client_id, key_id, actor_kind, actor_id,
          calls, refused, limited, client_errors, server_errors, failed, durations)
        select org_id, hour, action, connector, tool, client_id, key_id, actor_kind, actor_id,
               sum(n),
               ${sumWhere("outcome = 'refused'")},
               ${sumWhere("outcome = 'failed' and status = 429")},
               ${sumWhere("outcome = 'failed' and status >= 400 and status < 500 and status <> 429")},
               ${sumWhere("outcome = 'failed' and status >= 500")},
               ${sumWhere("outcome = 'unknown' or (outcome = 'failed' and (status is null or status < 400))")},
               ${COUNT_EACH}
        from fresh group by 1, 2, 3, 4, 5, 6, 7, 8, 9
        on conflict on constraint usage_hours_key do update set
          calls = had.calls + excluded.calls,
          refused = had.refused + excluded.refused,
          limited = had.limited + excluded.limited,
          client_errors = had.client_errors + excluded.client_errors,
          server_errors = had.server_errors + excluded.server_errors,
          failed = had.failed + excluded.failed,
          durations = array(
            select before + more from unnest(had.durations, excluded.durations) with ordinality as each (before, more, place)
            order by place)`);
    },

    async totals(filter: UsageFilter): Promise<UsageCounts> {
      const { rows } = await executor.execute<UsageCounts & Record<string, unknown>>(
        sql`select ${COUNTS} from ${usageHours} where ${whereOf(filter)}`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error('adding up calls returned no row');
      return row;
    },

    /** The most calls that there were in one hour since then: of all keys together, and of a single one. */
    async busiestHour(orgId: OrganisationId, from: Date): Promise<{ organisation: number; key: number }> {
      const { rows } = await executor.execute<{ organisation: number; key: number }>(sql`
        with counted as (
          select hour, key_id, sum(calls) as calls from ${usageHours}
          where org_id = ${orgId} and hour >= ${from.toISOString()} group by 1, 2
        )
        select coalesce((select max(together) from (select sum(calls) as together from counted group by hour) hours), 0)::float8
                 as organisation,
               coalesce((select max(calls) from counted where key_id <> ''), 0)::float8 as key`);
      const [row] = rows;
      if (row === undefined) throw new Error('looking for the busiest hour returned no row');
      return row;
    },

    /** One for each step that has calls, in order. Steps begin at whole multiples of their length since 1970. */
    async series(filter: UsageFilter, stepSeconds: number): Promise<(UsageCounts & { atMs: number })[]> {
      const { rows } = await executor.execute<UsageCounts & Record<string, unknown> & { atMs: number }>(sql`
        select (floor(extract(epoch from hour) / ${stepSeconds}::int) * ${stepSeconds}::int * 1000)::float8 as "atMs", ${COUNTS}
        from ${usageHours} where ${whereOf(filter)} group by 1 order by 1`);
      return rows;
    },

    /** The busiest first, and how many there are in all. */
    async groups(filter: UsageFilter, by: UsageBy, page: { limit: number; offset: number }) {
      const { name, of } = GROUPS[by];
      const { rows } = await executor.execute<
        UsageCounts &
          Record<string, unknown> & { id: string; action: string; name: string | null; groups: number }
      >(sql`
        select ${of} as key, max(${by === 'tool' ? sql`tool` : of}) as id, max(action) as action, ${name} as name,
               (count(*) over ())::int as groups, ${COUNTS}
        from ${usageHours} grouped where ${whereOf(filter)}
        group by 1 order by sum(calls) desc, 1 limit ${page.limit} offset ${page.offset}`);
      return rows;
    },

    /** What left of the tools of one connector, and what of that failed. What we refused ourselves is neither. */
    async ofTools(
      orgId: OrganisationId,
      connector: string,
      from: Date,
    ): Promise<{ tool: string; calls: number; errors: number }[]> {
      const { rows } = await executor.execute<{ tool: string; calls: number; errors: number }>(sql`
        select tool, sum(calls - refused)::float8 as calls,
               sum(limited + client_errors + server_errors + failed)::float8 as errors
        from ${usageHours}
        where org_id = ${orgId} and hour >= ${from.toISOString()} and connector = ${connector} and action = 'tool.call'
        group by tool`);
      return rows;
    },

    async deleteOlderThan(seconds: number): Promise<void> {
      await executor.execute(
        sql`delete from ${usageHours} where hour < now() - make_interval(secs => ${seconds})`,
      );
    },
  };
}
