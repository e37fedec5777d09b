import { randomUUID } from 'node:crypto';
import { recordEvent } from '../../audit/record-event.ts';
import { newWebhookSecret, type WebhookSecrets } from '../../audit/webhooks/secrets.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId, type OrganisationId, type RequestId, type UserId, type WebhookId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { TEST_TYPE } from '../../kernel/webhook-families.ts';
import type { Webhook, WebhookDelivery, WebhookSettings } from '../../store/queries/webhooks.ts';
import type { DeliveryState } from '../../store/schema.ts';
import type { Queries, Store } from '../../store/store.ts';
import { cleanDisplayName } from '../display-name.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

export type { WebhookDelivery } from '../../store/queries/webhooks.ts';

export const WEBHOOKS_MAX = 10;
/** For so long the secret that was replaced signs too. */
export const OVERLAP_HOURS = 24;

export type WebhookFault =
  | 'forbidden'
  | 'not_found'
  | 'too_many'
  | 'changed_meanwhile'
  | 'disabled'
  | 'no_such_delivery';

/** Who asks for something, and where. */
export interface WebhookBy {
  readonly orgId: OrganisationId;
  readonly by: UserId;
  readonly requestId: RequestId;
}

export type WebhookRef = WebhookBy & { readonly webhookId: WebhookId };

/** A webhook, and when the secret before its own stops signing; null: there is none. */
export type ListedWebhook = Webhook & { readonly previousSecretUntil: Date | null };

/** Whom an organisation has told of what happens in it; its admins decide. */
export function createOrganisationWebhooks({
  clock,
  maySeal,
  secrets,
  soon,
  store,
}: {
  clock: Clock;
  /** False: the secret is not the one that the database was sealed with. */
  maySeal: () => boolean;
  secrets: WebhookSecrets;
  /** There is something to deliver. */
  soon: () => void;
  store: Store;
}) {
  /** Judged in the transaction, in which nobody's role changes and nobody else adds one. */
  function act<T>(
    { by, orgId }: WebhookBy,
    work: (queries: Queries) => Promise<Result<T, WebhookFault>>,
  ): Promise<Result<T, WebhookFault>> {
    return refusableTransaction(store, async (queries) => {
      await queries.people.lockMembers(orgId);
      const role = await queries.people.roleOf(orgId, by);
      if (role === undefined || !can(role, 'settings.manage')) return fail('forbidden');
      return work(queries);
    });
  }

  /** Names the host alone: what else is in an address may be its owner's secret. */
  function trace(
    queries: Queries,
    { by, orgId, requestId }: WebhookBy,
    action: string,
    webhook: { readonly id: WebhookId; readonly url: string },
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    return recordEvent(queries, clock, {
      orgId,
      action,
      actor: { kind: 'user', id: by },
      target: hostOf(webhook.url),
      requestId,
      outcome: 'ok',
      detail: { webhook: webhook.id, ...detail },
    });
  }

  async function addSecret(queries: Queries, orgId: OrganisationId, webhookId: WebhookId): Promise<string> {
    if (!maySeal()) throw new AppError('unavailable', 'Secrets cannot be kept at the moment.');
    const secret = newWebhookSecret();
    const id = randomUUID();
    const sealed = secrets.seal(id, secret);
    await queries.webhooks.addSecret({ id, orgId, webhookId, sealed }, OVERLAP_HOURS);
    return secret;
  }

  return {
    async list(orgId: OrganisationId): Promise<ListedWebhook[]> {
      const [found, overlaps] = await Promise.all([
        store.webhooks.list(orgId),
        store.webhooks.overlapsOf(orgId),
      ]);
      const ends = new Map(overlaps.map(({ endsAt, webhookId }) => [webhookId, endsAt]));
      return found.map((webhook) => ({ ...webhook, previousSecretUntil: ends.get(webhook.id) ?? null }));
    },

    /** The secret is in this answer and nowhere else. */
    create: (
      who: WebhookBy,
      wanted: WebhookSettings,
    ): Promise<Result<{ id: WebhookId; secret: string }, WebhookFault>> =>
      act(who, async (queries) => {
        const { by, orgId } = who;
        if ((await queries.webhooks.count(orgId)) >= WEBHOOKS_MAX) return fail('too_many');
        const id = newId('whk');
        const settings = cleaned(wanted);
        await queries.webhooks.create({ ...settings, id, orgId, createdBy: by });
        const secret = await addSecret(queries, orgId, id);
        const { families } = settings;
        await trace(queries, who, 'webhook.created', { id, url: settings.url }, { events: families });
        return ok({ id, secret });
      }),

    /** `was`: what the admin saw. Nothing is changed if it is something else by now. */
    change: (
      who: WebhookRef,
      { becomes, was }: { readonly was: WebhookSettings; readonly becomes: WebhookSettings },
    ): Promise<Result<void, WebhookFault>> =>
      act(who, async (queries) => {
        const { orgId, webhookId: id } = who;
        if ((await queries.webhooks.find(orgId, id)) === undefined) return fail('not_found');
        const settings = cleaned(becomes);
        if (!(await queries.webhooks.change(orgId, id, was, settings))) return fail('changed_meanwhile');
        await trace(
          queries,
          who,
          'webhook.changed',
          { id, url: settings.url },
          { from: shown(was), to: shown(settings), address_changed: was.url !== settings.url },
        );
        return ok(undefined);
      }),

    /** What happened while it was off is not told later. */
    setEnabled: (who: WebhookRef, enabled: boolean): Promise<Result<void, WebhookFault>> =>
      act(who, async (queries) => {
        const { orgId, webhookId: id } = who;
        const webhook = await queries.webhooks.find(orgId, id);
        if (webhook === undefined) return fail('not_found');
        const isChanged = await (enabled
          ? queries.webhooks.enable(orgId, id)
          : queries.webhooks.disable(orgId, id, 'by_person'));
        if (isChanged)
          await trace(
            queries,
            who,
            enabled ? 'webhook.enabled' : 'webhook.disabled',
            webhook,
            enabled ? {} : { why: 'by_person' },
          );
        return ok(undefined);
      }),

    /** With all its deliveries. */
    delete: (who: WebhookRef): Promise<Result<void, WebhookFault>> =>
      act(who, async (queries) => {
        const { orgId, webhookId: id } = who;
        const webhook = await queries.webhooks.find(orgId, id);
        if (webhook === undefined || !(await queries.webhooks.delete(orgId, id))) return fail('not_found');
        await trace(queries, who, 'webhook.deleted', webhook);
        return ok(undefined);
      }),

    /** The secret is in this answer and nowhere else; the one before signs for a day more. */
    rotateSecret: (who: WebhookRef): Promise<Result<{ secret: string }, WebhookFault>> =>
      act(who, async (queries) => {
        const { orgId, webhookId: id } = who;
        const webhook = await queries.webhooks.find(orgId, id);
        if (webhook === undefined) return fail('not_found');
        const secret = await addSecret(queries, orgId, id);
        await trace(queries, who, 'webhook.secret_rotated', webhook);
        return ok({ secret });
      }),

    /** Sends an event that says nothing but that it is a test. */
    async test(who: WebhookRef & { readonly slug: string }): Promise<Result<{ id: string }, WebhookFault>> {
      const sent = await act<{ id: string }>(who, async (queries) => {
        const { by, orgId, slug, webhookId } = who;
        const webhook = await queries.webhooks.find(orgId, webhookId);
        if (webhook === undefined) return fail('not_found');
        if (webhook.disabledAt !== null) return fail('disabled');
        const id = `evt_${randomUUID().replaceAll('-', '')}`;
        const body = JSON.stringify({
          id,
          type: TEST_TYPE,
          created_at: new Date(clock.nowMs()).toISOString(),
          organisation: { id: orgId, slug },
          data: { actor: { kind: 'user', id: by } },
        });
        await queries.webhooks.addDelivery({ id, orgId, webhookId, type: TEST_TYPE, body });
        await trace(queries, who, 'webhook.tested', webhook);
        return ok({ id });
      });
      if (sent.ok) soon();
      return sent;
    },

    /** Undefined: there is no such webhook. */
    async listDeliveries(
      orgId: OrganisationId,
      webhookId: WebhookId,
      page: {
        limit: number;
        state?: DeliveryState | undefined;
        before?: { at: Date; id: string } | undefined;
      },
    ): Promise<WebhookDelivery[] | undefined> {
      if ((await store.webhooks.find(orgId, webhookId)) === undefined) return undefined;
      return store.webhooks.listDeliveries(orgId, webhookId, page);
    },

    /** Once more, with the same id: a receiver that has had it can tell. */
    async redeliver(who: WebhookRef & { readonly deliveryId: string }): Promise<Result<void, WebhookFault>> {
      const done = await act<void>(who, async (queries) => {
        const { deliveryId, orgId, webhookId } = who;
        const webhook = await queries.webhooks.find(orgId, webhookId);
        if (webhook === undefined) return fail('not_found');
        if (webhook.disabledAt !== null) return fail('disabled');
        if (!(await queries.webhooks.redeliver(orgId, webhookId, deliveryId)))
          return fail('no_such_delivery');
        await trace(queries, who, 'webhook.redelivered', webhook, { delivery: deliveryId });
        return ok(undefined);
      });
      if (done.ok) soon();
      return done;
    },
  };
}

export type OrganisationWebhooks = ReturnType<typeof createOrganisationWebhooks>;

function cleaned(settings: WebhookSettings): WebhookSettings {
  return { ...settings, description: cleanDisplayName(settings.description) };
}

function shown({ description, families, url }: WebhookSettings): Record<string, unknown> {
  return { address: hostOf(url), description, events: families };
}

function hostOf(url: string): string {
  return new URL(url).host;
}
