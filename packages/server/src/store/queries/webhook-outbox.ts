import { sql } from 'drizzle-orm';
import type { OrganisationId, WebhookId } from '../../kernel/ids.ts';
import { CALL_ACTIONS, WEBHOOK_FAMILIES } from '../../kernel/webhook-families.ts';
import type { Executor } from '../database.ts';
import { auditEvents, organisations, webhookDeliveries, webhooks } from '../schema.ts';

/** One that this node is to make now. */
export interface ClaimedDelivery extends Record<string, unknown> {
  id: string;
  orgId: OrganisationId;
  webhookId: WebhookId;
  url: string;
  body: string;
  /** How many there were, with this one. */
  attempts: number;
}

export interface DeliveryOutcome {
  readonly status: number | null;
  readonly fault: string | null;
  readonly answer: string | null;
}

const DETAIL_BYTES_MAX = 8192;
const KEPT_DAYS = 30;
const FAMILY_OF = sql.join(
  Object.entries(WEBHOOK_FAMILIES).flatMap(([family, nouns]) =>
    nouns.map((noun) => sql`(${family}::text, ${noun}::text)`),
  ),
  sql`, `,
);

/** From the audit trail to the webhooks: what is to be delivered, and by whom. */
export function createWebhookOutboxQueries(executor: Executor) {
  const ofAttempt = ({ attempts, id, orgId }: Pick<ClaimedDelivery, 'id' | 'orgId' | 'attempts'>) =>
    sql`org_id = ${orgId} and id = ${id} and state = 'waiting' and attempts = ${attempts}::int`;

  return {
    /** A delivery for each event among the audit rows after `from`, up to `to`, and each webhook that wants it. Once: see `auditTrail.claim`. */
    async fanOut(from: number, to: number): Promise<void> {
      await executor.execute(sql`
        with fresh as materialized (
          select 'evt_' || replace(gen_random_uuid()::text, '-', '') as delivery_id, hook.id as webhook_id,
                 held.slug, event.*
          from ${auditEvents} event
          join ${webhooks} hook on hook.org_id = event.org_id and hook.disabled_at is null and event.id > hook.after_id
          join ${organisations} held on held.id = event.org_id
          left join (values ${FAMILY_OF}) family (name, noun) on family.noun = split_part(event.action, '.', 1)
          where event.id > ${from} and event.id <= ${to} and event.phase <> 'intent'
            and case when event.action in (${sql.join(
              CALL_ACTIONS.map((action) => sql`${action}`),
              sql`, `,
            )}) then event.outcome = 'refused' and 'refusals' = any(hook.families)
                     else family.name = any(hook.families) end
        )
        insert into ${webhookDeliveries} (org_id, id, webhook_id, type, body)
        select org_id, delivery_id, webhook_id, action, json_build_object(
          'id', delivery_id,
          'type', action,
          'created_at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'organisation', json_build_object('id', org_id, 'slug', slug),
          'data', json_build_object(
            'actor', json_build_object('kind', actor_kind, 'id', actor_id),
            'target', target, 'outcome', outcome, 'client_id', client_id, 'grant_id', grant_id, 'key_id', key_id,
            'request_id', request_id,
            'detail', case when octet_length(detail::text) <= ${DETAIL_BYTES_MAX} then detail end)
        )::text
        from fresh`);
    },

    /**
     * What is due, at most so many, and few of each webhook. It is this node's for as long as it may take; a node that
     * dies with it leaves it to the others after that.
     */
    async claim(limits: {
      total: number;
      perWebhook: number;
      leaseSeconds: number;
      /** Webhooks that this node is busy with. */
      without: readonly WebhookId[];
    }): Promise<ClaimedDelivery[]> {
      const { leaseSeconds, perWebhook, total, without } = limits;
      const { rows } = await executor.execute<ClaimedDelivery>(sql`
        with due as materialized (
          select one.org_id, one.id, hook.url
          from ${webhooks} hook
          join ${organisations} held on held.id = hook.org_id and held.suspended_at is null
          cross join lateral (
            select org_id, id from ${webhookDeliveries}
            where org_id = hook.org_id and webhook_id = hook.id and state = 'waiting' and next_try_at <= now()
            order by next_try_at limit ${perWebhook} for update skip locked
          ) one
          where hook.disabled_at is null and hook.id <> all (${sql.param([...without])}::text[])
          limit ${total}
        )
        update ${webhookDeliveries} as given
        set attempts = given.attempts + 1, next_try_at = now() + make_interval(secs => ${leaseSeconds}::float8)
        from due where given.org_id = due.org_id and given.id = due.id
        returning given.id, given.org_id as "orgId", given.webhook_id as "webhookId", due.url, given.body, given.attempts`);
      return rows;
    },

    /** It has arrived. Nothing, if somebody else has taken it up meanwhile. */
    async delivered(claimed: ClaimedDelivery, outcome: DeliveryOutcome): Promise<void> {
      await executor.execute(sql`
        with done as (
          update ${webhookDeliveries} set state = 'delivered', tried_at = now(), status = ${outcome.status}::int,
            fault = null, answer = ${outcome.answer}
          where ${ofAttempt(claimed)} returning org_id, webhook_id
        )
        update ${webhooks} hook set failing_since = null from done
        where hook.org_id = done.org_id and hook.id = done.webhook_id and hook.failing_since is not null`);
    },

    /** It has not, and is tried again after so long; undefined: no more. Since when nothing arrives there, in seconds. */
    async failed(
      claimed: ClaimedDelivery,
      outcome: DeliveryOutcome,
      retryInSeconds: number | undefined,
    ): Promise<{ failingSeconds: number } | undefined> {
      const { rows } = await executor.execute<{ failingSeconds: number }>(sql`
        with done as (
          update ${webhookDeliveries} set state = ${retryInSeconds === undefined ? 'given_up' : 'waiting'},
            next_try_at = now() + make_interval(secs => ${retryInSeconds ?? 0}::float8),
            tried_at = now(), status = ${outcome.status}::int, fault = ${outcome.fault}, answer = ${outcome.answer}
          where ${ofAttempt(claimed)} returning org_id, webhook_id
        )
        update ${webhooks} hook set failing_since = coalesce(hook.failing_since, now()) from done
        where hook.org_id = done.org_id and hook.id = done.webhook_id and hook.disabled_at is null
        returning extract(epoch from now() - hook.failing_since)::float8 as "failingSeconds"`);
      return rows[0];
    },

    /** As if it had not been claimed: what was in the way was ours. */
    async release(claimed: ClaimedDelivery, retryInSeconds: number): Promise<void> {
      await executor.execute(sql`
        update ${webhookDeliveries}
        set attempts = attempts - 1, next_try_at = now() + make_interval(secs => ${retryInSeconds}::float8)
        where ${ofAttempt(claimed)}`);
    },

    /** For which more waits than may. */
    async overfull(waitingMax: number): Promise<{ orgId: OrganisationId; id: WebhookId }[]> {
      const { rows } = await executor.execute<{ orgId: OrganisationId; id: WebhookId }>(sql`
        select org_id as "orgId", webhook_id as id from ${webhookDeliveries} where state = 'waiting'
        group by 1, 2 having count(*) > ${waitingMax}`);
      return rows;
    },

    async deleteOld(): Promise<void> {
      await executor.execute(
        sql`delete from ${webhookDeliveries} where created_at < now() - make_interval(days => ${KEPT_DAYS})`,
      );
    },
  };
}
