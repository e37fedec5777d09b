import { and, asc, count, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { OrganisationId, UserId, WebhookId } from '../../kernel/ids.ts';
import { TRAIL } from '../../kernel/webhook-families.ts';
import type { Executor } from '../database.ts';
import {
  auditForwards,
  webhookDeliveries,
  webhooks,
  webhookSecrets,
  type DeliveryState,
  type WebhookDisabledWhy,
} from '../schema.ts';

export type Webhook = typeof webhooks.$inferSelect;
export type WebhookDelivery = typeof webhookDeliveries.$inferSelect;

/** What an admin says of one. */
export interface WebhookSettings {
  readonly url: string;
  readonly description: string;
  readonly families: readonly string[];
}

/** No row that was given an id before now has a higher one. */
const LAST_ID = sql`(select case when is_called then last_value else 0 end from audit_events_id_seq)`;

/** What admins do with webhooks, and see of them. */
export function createWebhookQueries(executor: Executor) {
  const { id: ofId, orgId: ofOrg } = webhooks;
  const one = (orgId: OrganisationId, id: WebhookId) => and(eq(ofOrg, orgId), eq(ofId, id));

  /** Who wants the trail is sent it from now on; who has it goes on where it is. */
  async function followTrail(
    orgId: OrganisationId,
    id: WebhookId,
    families: readonly string[],
  ): Promise<void> {
    if (families.includes(TRAIL))
      await executor
        .insert(auditForwards)
        .values({ destination: id, orgId, webhookId: id, doneTo: LAST_ID as never })
        .onConflictDoNothing();
    else
      await executor
        .delete(auditForwards)
        .where(and(eq(auditForwards.orgId, orgId), eq(auditForwards.webhookId, id)));
  }

  return {
    async create(
      webhook: WebhookSettings & { id: WebhookId; orgId: OrganisationId; createdBy: UserId },
    ): Promise<void> {
      await executor
        .insert(webhooks)
        .values({ ...webhook, families: [...webhook.families], afterId: LAST_ID as never });
      await followTrail(webhook.orgId, webhook.id, webhook.families);
    },

    /** The oldest first. */
    list: (orgId: OrganisationId): Promise<Webhook[]> =>
      executor.select().from(webhooks).where(eq(ofOrg, orgId)).orderBy(asc(webhooks.createdAt), asc(ofId)),

    async count(orgId: OrganisationId): Promise<number> {
      const [row] = await executor.select({ webhooks: count() }).from(webhooks).where(eq(ofOrg, orgId));
      return row?.webhooks ?? 0;
    },

    async find(orgId: OrganisationId, id: WebhookId): Promise<Webhook | undefined> {
      const [row] = await executor.select().from(webhooks).where(one(orgId, id));
      return row;
    },

    /** False: it is not there, or not as `was` says. */
    async change(
      orgId: OrganisationId,
      id: WebhookId,
      was: WebhookSettings,
      becomes: WebhookSettings,
    ): Promise<boolean> {
      const rows = await executor
        .update(webhooks)
        .set({ ...becomes, families: [...becomes.families] })
        .where(
          and(
            one(orgId, id),
            eq(webhooks.url, was.url),
            eq(webhooks.description, was.description),
            sql`${webhooks.families} = ${sql.param([...was.families])}::text[]`,
          ),
        )
        .returning({ id: ofId });
      if (rows.length === 0) return false;
      await followTrail(orgId, id, becomes.families);
      return true;
    },

    /** From now on it is told of what happens from now on. False: it was so before, or is not there. */
    async enable(orgId: OrganisationId, id: WebhookId): Promise<boolean> {
      const rows = await executor
        .update(webhooks)
        .set({ disabledAt: null, disabledWhy: null, failingSince: null, afterId: LAST_ID as never })
        .where(and(one(orgId, id), sql`${webhooks.disabledAt} is not null`))
        .returning({ id: ofId });
      return rows.length === 1;
    },

    /** What waited for it is given up. False: it was so before, or is not there. */
    async disable(orgId: OrganisationId, id: WebhookId, why: WebhookDisabledWhy): Promise<boolean> {
      const rows = await executor
        .update(webhooks)
        .set({ disabledAt: sql`now()`, disabledWhy: why })
        .where(and(one(orgId, id), isNull(webhooks.disabledAt)))
        .returning({ id: ofId });
      if (rows.length === 0) return false;
      await executor
        .update(webhookDeliveries)
        .set({ state: 'given_up' })
        .where(
          and(
            eq(webhookDeliveries.orgId, orgId),
            eq(webhookDeliveries.webhookId, id),
            eq(webhookDeliveries.state, 'waiting'),
          ),
        );
      return true;
    },

    async delete(orgId: OrganisationId, id: WebhookId): Promise<boolean> {
      const rows = await executor.delete(webhooks).where(one(orgId, id)).returning({ id: ofId });
      return rows.length === 1;
    },

    /** Signs from now on. The one before signs too for so long, and those before that no longer. */
    async addSecret(
      secret: { id: string; orgId: OrganisationId; webhookId: WebhookId; sealed: string },
      overlapHours: number,
    ): Promise<void> {
      const { orgId, webhookId } = secret;
      const its = and(eq(webhookSecrets.orgId, orgId), eq(webhookSecrets.webhookId, webhookId));
      await executor.delete(webhookSecrets).where(and(its, sql`${webhookSecrets.endsAt} is not null`));
      await executor
        .update(webhookSecrets)
        .set({ endsAt: sql`now() + make_interval(hours => ${overlapHours}::int)` })
        .where(its);
      await executor.insert(webhookSecrets).values(secret);
    },

    /** Those that sign now, the newest first. */
    secretsOf: (orgId: OrganisationId, webhookId: WebhookId) =>
      executor
        .select({ id: webhookSecrets.id, sealed: webhookSecrets.sealed, endsAt: webhookSecrets.endsAt })
        .from(webhookSecrets)
        .where(
          and(
            eq(webhookSecrets.orgId, orgId),
            eq(webhookSecrets.webhookId, webhookId),
            or(isNull(webhookSecrets.endsAt), gt(webhookSecrets.endsAt, sql`now()`)),
          ),
        )
        .orderBy(desc(webhookSecrets.createdAt)),

    /** When the secret before stops signing, of those webhooks that have one. */
    overlapsOf: (orgId: OrganisationId) =>
      executor
        .select({ webhookId: webhookSecrets.webhookId, endsAt: webhookSecrets.endsAt })
        .from(webhookSecrets)
        .where(and(eq(webhookSecrets.orgId, orgId), gt(webhookSecrets.endsAt, sql`now()`))),

    async addDelivery(delivery: {
      id: string;
      orgId: OrganisationId;
      webhookId: WebhookId;
      type: string;
      body: string;
    }): Promise<void> {
      await executor.insert(webhookDeliveries).values(delivery);
    },

    /** The newest first, from after `before`. */
    listDeliveries(
      orgId: OrganisationId,
      webhookId: WebhookId,
      page: {
        limit: number;
        state?: DeliveryState | undefined;
        before?: { at: Date; id: string } | undefined;
      },
    ): Promise<WebhookDelivery[]> {
      const { before, limit, state } = page;
      const { createdAt, id } = webhookDeliveries;
      return executor
        .select()
        .from(webhookDeliveries)
        .where(
          and(
            eq(webhookDeliveries.orgId, orgId),
            eq(webhookDeliveries.webhookId, webhookId),
            state === undefined ? undefined : eq(webhookDeliveries.state, state),
            before === undefined
              ? undefined
              : or(lt(createdAt, before.at), and(eq(createdAt, before.at), gt(id, before.id))),
          ),
        )
        .orderBy(desc(createdAt), asc(id))
        .limit(limit);
    },

    /** With the same id and the same words as before. False: it still waits, or is not there. */
    async redeliver(orgId: OrganisationId, webhookId: WebhookId, id: string): Promise<boolean> {
      const rows = await executor
        .update(webhookDeliveries)
        .set({ state: 'waiting', attempts: 0, nextTryAt: sql`now()` })
        .where(
          and(
            eq(webhookDeliveries.orgId, orgId),
            eq(webhookDeliveries.webhookId, webhookId),
            eq(webhookDeliveries.id, id),
            inArray(webhookDeliveries.state, ['delivered', 'given_up']),
          ),
        )
        .returning({ id: webhookDeliveries.id });
      return rows.length === 1;
    },

    /** Where nothing arrives, or nothing is sent any more because of it. */
    inTrouble: (orgId: OrganisationId) =>
      executor
        .select({
          url: webhooks.url,
          description: webhooks.description,
          disabledAt: webhooks.disabledAt,
        })
        .from(webhooks)
        .where(
          and(
            eq(ofOrg, orgId),
            or(
              and(isNull(webhooks.disabledAt), sql`${webhooks.failingSince} is not null`),
              inArray(webhooks.disabledWhy, ['failing', 'too_many_waiting']),
            ),
          ),
        )
        .orderBy(asc(webhooks.createdAt)),
  };
}
