import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import type { OrganisationId, WebhookId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { auditEvents, auditForwards, organisations, webhooks } from '../schema.ts';

export type StoredAuditRow = typeof auditEvents.$inferSelect;

/** Where the rows of all organisations go. */
export const OPERATORS = 'otlp';

/** A destination that this node sends to now. */
export interface ClaimedForward extends Record<string, unknown> {
  destination: string;
  doneTo: number;
  /** Failed attempts since something arrived. */
  attempts: number;
  failure: string | null;
  /** Null: it is the operator's. */
  orgId: OrganisationId | null;
  webhookId: WebhookId | null;
  slug: string | null;
  url: string | null;
}

/** How far each of those has come that are sent the audit rows. */
export function createAuditForwardQueries(executor: Executor) {
  const mine = ({ destination, doneTo }: ClaimedForward) =>
    and(eq(auditForwards.destination, destination), eq(auditForwards.doneTo, doneTo));
  const inSeconds = (seconds: number) => sql`now() + make_interval(secs => ${seconds}::float8)`;

  return {
    /** The operator is sent what happens from the first time on. */
    async follow(): Promise<void> {
      await executor.execute(sql`
        insert into ${auditForwards} (destination, done_to)
        values (${OPERATORS}, (select case when is_called then last_value else 0 end from audit_events_id_seq))
        on conflict (destination) do nothing`);
    },

    /**
     * Those that are due and have rows up to `finalTo` waiting, longest waiting first. They are this node's until the
     * lease is over: one node sends to one destination, in order.
     */
    async claim(wanted: {
      limit: number;
      leaseSeconds: number;
      finalTo: number;
      /** False: this node sends nothing to the operator. */
      operators: boolean;
    }): Promise<ClaimedForward[]> {
      const { finalTo, leaseSeconds, limit, operators } = wanted;
      const { rows } = await executor.execute<ClaimedForward>(sql`
        with due as materialized (
          select one.destination, hook.url, held.slug
          from ${auditForwards} one
          left join ${webhooks} hook on hook.org_id = one.org_id and hook.id = one.webhook_id
          left join ${organisations} held on held.id = one.org_id
          where one.next_try_at <= now() and one.done_to < ${finalTo}
            and case when one.org_id is null then ${operators}::boolean
                     else hook.disabled_at is null and held.suspended_at is null
                       and exists (select 1 from ${auditEvents} event where event.org_id = one.org_id
                                   and event.id > one.done_to and event.id <= ${finalTo}) end
          order by one.next_try_at limit ${limit} for update of one skip locked
        )
        update ${auditForwards} as given set next_try_at = ${inSeconds(leaseSeconds)}
        from due where given.destination = due.destination
        returning given.destination, given.done_to::float8 as "doneTo", given.attempts, given.failure,
          given.org_id as "orgId", given.webhook_id as "webhookId", due.slug, due.url`);
      return rows;
    },

    /** The rows after `from`, up to `to`, in the order in which they were sealed. */
    rows({ orgId }: ClaimedForward, from: number, to: number, limit: number): Promise<StoredAuditRow[]> {
      const { id, orgId: ofOrg } = auditEvents;
      return executor
        .select()
        .from(auditEvents)
        .where(and(orgId === null ? undefined : eq(ofOrg, orgId), gt(id, from), lte(id, to)))
        .orderBy(asc(id))
        .limit(limit);
    },

    /** All up to there has arrived. False: another node has it by now. */
    async advance(claimed: ClaimedForward, doneTo: number, leaseSeconds: number): Promise<boolean> {
      const rows = await executor
        .update(auditForwards)
        .set({ doneTo, attempts: 0, failure: null, nextTryAt: inSeconds(leaseSeconds) })
        .where(mine(claimed))
        .returning({ doneTo: auditForwards.doneTo });
      if (claimed.orgId !== null && claimed.webhookId !== null)
        await executor
          .update(webhooks)
          .set({ failingSince: null })
          .where(
            and(
              eq(webhooks.orgId, claimed.orgId),
              eq(webhooks.id, claimed.webhookId),
              sql`${webhooks.failingSince} is not null`,
            ),
          );
      return rows.length === 1;
    },

    /** It has not, and is tried again after so long. */
    async failed(claimed: ClaimedForward, failure: string, retryInSeconds: number): Promise<void> {
      await executor
        .update(auditForwards)
        .set({ attempts: claimed.attempts + 1, failure, nextTryAt: inSeconds(retryInSeconds) })
        .where(mine(claimed));
      if (claimed.orgId !== null && claimed.webhookId !== null)
        await executor
          .update(webhooks)
          .set({ failingSince: sql`coalesce(${webhooks.failingSince}, now())` })
          .where(and(eq(webhooks.orgId, claimed.orgId), eq(webhooks.id, claimed.webhookId)));
    },

    /** There is nothing more to do for it now. */
    async release(claimed: ClaimedForward): Promise<void> {
      await executor
        .update(auditForwards)
        .set({ nextTryAt: sql`now()` })
        .where(mine(claimed));
    },

    /** How old the oldest row is that has not arrived, in seconds: at the operator's, and at the slowest webhook. */
    async lag(): Promise<{ otlp: number; webhooks: number }> {
      const { rows } = await executor.execute<{ otlp: number; webhooks: number }>(sql`
        with late as (
          select one.org_id, extract(epoch from now() - oldest.at) as seconds
          from ${auditForwards} one
          cross join lateral (
            select event.at from ${auditEvents} event where event.id > one.done_to order by event.id limit 1
          ) oldest
          where one.org_id is null
          union all
          select one.org_id, extract(epoch from now() - oldest.at)
          from ${auditForwards} one
          join ${webhooks} hook on hook.org_id = one.org_id and hook.id = one.webhook_id
          join ${organisations} held on held.id = one.org_id
          cross join lateral (
            select event.at from ${auditEvents} event
            where event.org_id = one.org_id and event.id > one.done_to
            order by event.org_id, event.id limit 1
          ) oldest
          where hook.disabled_at is null and held.suspended_at is null
        )
        select greatest(coalesce(max(seconds) filter (where org_id is null), 0), 0)::float8 as otlp,
               greatest(coalesce(max(seconds) filter (where org_id is not null), 0), 0)::float8 as webhooks
        from late`);
      return rows[0] ?? { otlp: 0, webhooks: 0 };
    },
  };
}
