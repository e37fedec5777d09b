import { sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { auditEvents } from '../schema.ts';

const ROWS_PER_STEP_MAX = 10_000;

/** What was announced in the audit trail, and never said to be over. */
export function createAuditIntentQueries(executor: Executor) {
  return {
    /** The last of the rows after `from`, up to `finalTo`, before the first that is younger than `seconds`. */
    async oldTo(from: number, finalTo: number, seconds: number): Promise<number> {
      const { rows } = await executor.execute<{ id: string | null }>(sql`
        select coalesce(min(id) filter (where at > now() - make_interval(secs => ${seconds})) - 1, max(id)) as id
        from (
          select id, at from ${auditEvents} where id > ${from} and id <= ${finalTo}
          order by id limit ${ROWS_PER_STEP_MAX}
        ) next`);
      return Math.max(from, Number(rows[0]?.id ?? from));
    },

    /**
     * Writes, for each intent after `from` up to `to` that nothing came of, that nobody knows what came of it. One
     * request may announce the same thing several times: as many as there are outcomes are over.
     */
    async closeAsUnknown(from: number, to: number): Promise<number> {
      const { rowCount } = await executor.execute(sql`
        insert into ${auditEvents} (org_id, at, phase, action, actor_kind, actor_id, client_id, grant_id, key_id, target,
          request_id, outcome, detail)
        select org_id, now(), 'outcome', action, actor_kind, actor_id, client_id, grant_id, key_id, target,
               request_id, 'unknown', coalesce(detail, '{}') || '{"reason": "no_outcome"}'
        from ${auditEvents} intent
        where id > ${from} and id <= ${to} and phase = 'intent' and (
          select count(*) filter (where phase = 'intent' and id <= intent.id) > count(*) filter (where phase = 'outcome')
          from ${auditEvents} same
          where same.phase <> 'event' and same.request_id = intent.request_id
            and same.org_id is not distinct from intent.org_id and same.action = intent.action and same.target is not distinct from intent.target
        )
        order by id`);
      return rowCount ?? 0;
    },
  };
}
