import type { Clock } from '../../kernel/clock.ts';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import type { OrganisationId, WebhookId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { ClaimedDelivery } from '../../store/queries/webhook-outbox.ts';
import type { Store } from '../../store/store.ts';
import { recordEvent } from '../record-event.ts';
import { retryAfter } from './retry.ts';
import type { SendWebhook } from './send.ts';
import type { SignWebhook } from './sign.ts';

const STEP_MS = 1000;
const UNDER_WAY_MAX = 32;
const PER_WEBHOOK_MAX = 4;
/** Longer than an attempt can take. */
const LEASE_SECONDS = 60;
/** Once nothing has arrived for so long, nothing is sent any more. */
const FAILING_SECONDS_MAX = 3 * 24 * 3600;
const WAITING_MAX = 10_000;
/** A receiver that is slower than this keeps no process that is told to stop. */
const CLOSE_GRACE_MS = 2000;
const LOOK_FOR_OVERFULL_MS = 60_000;

export interface WebhookDeliverer {
  start(): void;
  /** There may be something to do, now. */
  soon(): void;
  /** Takes up what is due, and waits until all of it is done. */
  step(): Promise<void>;
  /** Breaks off, after a while, what is under way: the next node makes it again. */
  close(): Promise<void>;
}

/** Makes the deliveries that are due, on each node: whoever claims one first makes it (decision 38). */
export function createWebhookDeliverer({
  clock,
  log,
  maySeal,
  send,
  sign,
  store,
}: {
  clock: Clock;
  log: Log;
  /** False: the secret is not the one that the database was sealed with. */
  maySeal: () => boolean;
  send: SendWebhook;
  sign: SignWebhook;
  store: Store;
}): WebhookDeliverer {
  const underWay = new Map<string, { readonly webhookId: WebhookId; readonly done: Promise<void> }>();
  const givingUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let claiming: Promise<void> | undefined;
  let isClosed = false;
  let isBehind = false;
  let lookedForOverfullAtMs = Number.NEGATIVE_INFINITY;

  async function claim(): Promise<void> {
    if (isClosed || !maySeal()) return;
    const total = UNDER_WAY_MAX - underWay.size;
    if (total <= 0) return;
    const claimed = await store.webhookOutbox.claim({
      total,
      perWebhook: PER_WEBHOOK_MAX,
      leaseSeconds: LEASE_SECONDS,
      without: busyWebhooks(),
    });
    for (const delivery of claimed) begin(delivery);
    if (performance.now() - lookedForOverfullAtMs < LOOK_FOR_OVERFULL_MS) return;
    lookedForOverfullAtMs = performance.now();
    for (const { id, orgId } of await store.webhookOutbox.overfull(WAITING_MAX))
      await disable(orgId, id, 'too_many_waiting');
  }

  /** One that is slow holds up no other. */
  function busyWebhooks(): WebhookId[] {
    const counts = new Map<WebhookId, number>();
    for (const { webhookId } of underWay.values()) counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= PER_WEBHOOK_MAX).map(([id]) => id);
  }

  function begin(delivery: ClaimedDelivery): void {
    const done = deliver(delivery)
      .catch((error: unknown) =>
        // It comes up again when its lease is over.
        log.warn({ error: deepestCause(error).message }, 'a webhook could not be delivered'),
      )
      .finally(() => {
        underWay.delete(delivery.id);
        soon();
      });
    underWay.set(delivery.id, { webhookId: delivery.webhookId, done });
  }

  async function deliver(delivery: ClaimedDelivery): Promise<void> {
    const { attempts, body, id, orgId, url, webhookId } = delivery;
    const headers = await sign({ orgId, webhookId }, id, body);
    if (headers === undefined) return store.webhookOutbox.release(delivery, LEASE_SECONDS);
    const sent = await send(url, headers, body, givingUp.signal);
    // Whether it arrived nobody knows: the next node makes it again, with the same id.
    if (sent.status === null && givingUp.signal.aborted) return store.webhookOutbox.release(delivery, 0);
    if (sent.status !== null && sent.status >= 200 && sent.status < 300)
      return store.webhookOutbox.delivered(delivery, sent);
    const failed = await store.webhookOutbox.failed(delivery, sent, retryAfter(attempts));
    if (failed !== undefined && failed.failingSeconds > FAILING_SECONDS_MAX)
      await disable(orgId, webhookId, 'failing');
  }

  function disable(orgId: OrganisationId, id: WebhookId, why: 'failing' | 'too_many_waiting'): Promise<void> {
    return store.transaction(async (queries) => {
      const webhook = await queries.webhooks.find(orgId, id);
      if (webhook === undefined || !(await queries.webhooks.disable(orgId, id, why))) return;
      await recordEvent(queries, clock, {
        orgId,
        action: 'webhook.disabled',
        actor: { kind: 'system' },
        target: new URL(webhook.url).host,
        outcome: 'ok',
        detail: { webhook: id, why },
      });
    });
  }

  function claimAndSay(): Promise<void> {
    claiming ??= claim()
      .then(() => {
        isBehind = false;
      })
      .catch((error: unknown) => {
        // Once, however long the database is away.
        if (!isBehind) log.warn({ error: deepestCause(error).message }, 'webhooks are delivered later');
        isBehind = true;
      })
      .finally(() => {
        claiming = undefined;
      });
    return claiming;
  }

  function schedule(afterMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void claimAndSay().finally(() => {
        if (!isClosed) schedule(STEP_MS);
      });
    }, afterMs).unref();
  }

  function soon(): void {
    if (!isClosed && timer !== undefined) schedule(0);
  }

  return {
    start: () => schedule(STEP_MS),
    soon,
    async step() {
      await claimAndSay();
      while (underWay.size > 0) await Promise.all([...underWay.values()].map(({ done }) => done));
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const giveUp = setTimeout(() => givingUp.abort(), CLOSE_GRACE_MS);
      await claiming;
      await Promise.all([...underWay.values()].map(({ done }) => done));
      clearTimeout(giveUp);
    },
  };
}
