import { sql, type SQL } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  agents,
  auditEvents,
  clients,
  connectors,
  grants,
  keys,
  organisations,
  users,
  type AuditPhase,
} from '../schema.ts';

/** Texts are parts of a name, or an id as it is. */
export interface AuditFilter {
  /** Times of the rows: from, and before. */
  from?: Date | undefined;
  to?: Date | undefined;
  actor?: string | undefined;
  /** One, or all that begin so: `grant.*`. */
  action?: string | undefined;
  target?: string | undefined;
  result?: 'ok' | 'refused' | 'failed' | 'unknown' | undefined;
  client?: string | undefined;
  key?: string | undefined;
  requestId?: string | undefined;
  /** Leaves out what only announces a call that may write. */
  withoutIntents?: boolean | undefined;
}

export interface FoundAuditRow extends Record<string, unknown> {
  id: number;
  atMs: number;
  phase: AuditPhase;
  action: string;
  actorKind: string;
  actorId: string | null;
  actorName: string | null;
  clientId: string | null;
  clientName: string | null;
  keyId: string | null;
  keyName: string | null;
  grantId: string | null;
  target: string | null;
  targetName: string | null;
  requestId: string | null;
  outcome: string | null;
  status: number | null;
  durationMs: number | null;
  detail: Record<string, unknown> | null;
}

/** Here a caller chooses the target, which may look like an id of somebody else's. */
const CALLERS_WORDS = sql.raw(
  `event.action in ('tool.call', 'api.call', 'file.download', 'prompt.get', 'resource.read')`,
);

/** The audit rows of an organisation, with the names that their ids stand for today. */
export function createAuditSearchQueries(executor: Executor) {
  return {
    /** Newest first, of the `look` rows below the id `below` those that fit: `limit` at most. */
    async search(
      orgId: OrganisationId,
      filter: AuditFilter,
      { atLeast, below, limit, look }: { atLeast: number; below: number; limit: number; look: number },
    ): Promise<FoundAuditRow[]> {
      const { rows } = await executor.execute<FoundAuditRow>(sql`
        select event.id::float8 as id, (extract(epoch from event.at) * 1000)::float8 as "atMs", event.phase, event.action,
               event.actor_kind as "actorKind", event.actor_id as "actorId",
               coalesce(person.email, agent.name, acting.name) as "actorName",
               event.client_id as "clientId", client.name as "clientName",
               event.key_id as "keyId", key.name as "keyName", event.grant_id as "grantId",
               event.target, named.name as "targetName", event.request_id as "requestId",
               event.outcome, event.status, event.duration_ms as "durationMs", event.detail
        from (
          select * from ${auditEvents} where org_id = ${orgId} and id < ${below} and id >= ${atLeast}
          order by id desc limit ${look}
        ) event
        left join ${users} person on event.actor_kind = 'user' and person.id = event.actor_id
        left join ${agents} agent on event.actor_kind = 'agent' and agent.org_id = event.org_id and agent.id = event.actor_id
        left join ${clients} acting on event.actor_kind = 'client' and acting.id = event.actor_id
        left join ${clients} client on client.id = event.client_id
        left join ${keys} key on key.org_id = event.org_id and key.id = event.key_id
        left join lateral (
          select case left(event.target, 4)
            when 'usr_' then (select email from ${users} where id = event.target)
            when 'agt_' then (select name from ${agents} where org_id = event.org_id and id = event.target)
            when 'key_' then (select name from ${keys} where org_id = event.org_id and id = event.target)
            when 'cli_' then (select name from ${clients} where id = event.target)
            when 'con_' then (select name from ${connectors}
                              where id = event.target and (org_id = event.org_id or org_id is null))
            when 'org_' then (select name from ${organisations} where id = event.org_id and id = event.target)
            when 'grt_' then (select minted.name from ${grants} held
                              join ${keys} minted on minted.org_id = held.org_id and minted.grant_id = held.id
                              where held.org_id = event.org_id and held.id = event.target limit 1)
          end as name
        ) named on not ${CALLERS_WORDS} and event.target like '___\\_%'
        where ${conditionOf(filter)}
        order by event.id desc limit ${limit}`);
      return rows;
    },

    /** The last of the `look` rows below the id `below`; undefined: there are not as many. */
    async lastOf(
      orgId: OrganisationId,
      { atLeast, below, look }: { atLeast: number; below: number; look: number },
    ): Promise<{ id: number; atMs: number } | undefined> {
      const { rows } = await executor.execute<{ id: number; atMs: number }>(sql`
        select event.id::float8 as id, (extract(epoch from event.at) * 1000)::float8 as "atMs"
        from ${auditEvents} event where event.org_id = ${orgId} and event.id < ${below} and event.id >= ${atLeast}
        order by event.id desc offset ${look - 1} limit 1`);
      return rows[0];
    },

    /**
     * About where the rows of a time begin: ids rise with time but for the moments that a row waits to be written. Found
     * by halves, so that no index on time has to be kept for every call.
     */
    async firstIdAt(orgId: OrganisationId, at: Date): Promise<number> {
      const ends = await executor.execute<{ low: string | null; high: string | null }>(
        sql`select min(id) as low, max(id) as high from ${auditEvents} where org_id = ${orgId}`,
      );
      let low = Number(ends.rows[0]?.low ?? 0);
      let high = Number(ends.rows[0]?.high ?? 0) + 1;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const { rows } = await executor.execute<{ id: string; earlier: boolean }>(sql`
          select id, at < ${at.toISOString()}::timestamptz as earlier from ${auditEvents}
          where org_id = ${orgId} and id >= ${middle} order by id limit 1`);
        const [row] = rows;
        if (row?.earlier === true) low = Number(row.id) + 1;
        else high = middle;
      }
      return low;
    },
  };
}

function conditionOf(filter: AuditFilter): SQL {
  const { action, actor, client, from, key, requestId, result, target, to } = filter;
  const conditions: SQL[] = [sql`true`];
  const add = (value: string | undefined, condition: (value: string) => SQL) => {
    if (value !== undefined && value !== '') conditions.push(condition(value));
  };
  add(from?.toISOString(), (text) => sql`event.at >= ${text}::timestamptz`);
  add(to?.toISOString(), (text) => sql`event.at < ${text}::timestamptz`);
  add(action, (text) =>
    text.endsWith('.*') ? sql`starts_with(event.action, ${text.slice(0, -1)})` : sql`event.action = ${text}`,
  );
  add(actor, (text) =>
    anyOf(
      text,
      ['event.actor_id', 'event.actor_kind'],
      ['person.email', 'person.name', 'agent.name', 'acting.name'],
    ),
  );
  add(target, (text) => anyOf(text, [], ['event.target', 'named.name']));
  add(result, (text) => sql`event.outcome = ${text}`);
  add(client, (text) => anyOf(text, ['event.client_id'], ['client.name']));
  add(key, (text) => anyOf(text, ['event.key_id'], ['key.name']));
  add(requestId, (text) => sql`event.request_id = ${text}`);
  if (filter.withoutIntents === true) conditions.push(sql`event.phase <> 'intent'`);
  return sql.join(conditions, sql` and `);
}

/** Equal to one of the first columns, or part of one of the others, whatever the case. */
function anyOf(text: string, equal: readonly string[], containing: readonly string[]): SQL {
  return sql`(${sql.join(
    [
      ...equal.map((column) => sql`${sql.raw(column)} = ${text}`),
      ...containing.map((column) => sql`position(lower(${text}) in lower(${sql.raw(column)})) > 0`),
    ],
    sql` or `,
  )})`;
}
