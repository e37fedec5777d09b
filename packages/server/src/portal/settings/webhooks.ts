import { Hono, type Context } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { Result } from '../../kernel/result.ts';
import { WEBHOOK_FAMILY_NAMES } from '../../kernel/webhook-families.ts';
import {
  WEBHOOKS_MAX,
  type ListedWebhook,
  type OrganisationWebhooks,
  type WebhookBy,
  type WebhookDelivery,
  type WebhookFault,
} from '../../people/organisations/webhooks.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { readCursor, writeCursor } from '../page-cursor.ts';
import {
  CHANGE,
  CREATE,
  DELETE,
  DELIVERIES,
  DISABLE,
  ENABLE,
  LIST,
  REDELIVER,
  ROTATE,
  TEST,
  type DeliveryShape,
  type WebhookShape,
} from './webhooks-described.ts';

const PAGE_ITEMS = 50;

export interface WebhookRoutesDeps {
  organisationWebhooks: OrganisationWebhooks;
}

/** `/portal/v1/organisations/{org}/settings/webhooks`: who is told of what happens. */
export function createWebhookRoutes({
  organisationWebhooks: webhooks,
}: WebhookRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const items = await webhooks.list(context.get('organisation').id);
    return context.json({ items: items.map(present), most: WEBHOOKS_MAX });
  });

  app.post('/', describeRoute(CREATE), async (context) => {
    const { description, events, url } = context.req.valid('json');
    const settings = { url, description, families: inOrder(events) };
    return context.json(valueOf(await webhooks.create(asked(context), settings)), 201);
  });

  app.put('/:webhook', describeRoute(CHANGE), async (context) => {
    const { description, events, url, was } = context.req.valid('json');
    const { webhook: webhookId } = context.req.valid('param');
    const changed = await webhooks.change(
      { ...asked(context), webhookId },
      {
        was: { url: was.url, description: was.description, families: was.events },
        becomes: { url, description, families: inOrder(events) },
      },
    );
    valueOf(changed);
    return context.json({ id: webhookId });
  });

  app.post('/:webhook/enable', describeRoute(ENABLE), async (context) => {
    const { webhook: webhookId } = context.req.valid('param');
    valueOf(await webhooks.setEnabled({ ...asked(context), webhookId }, true));
    return context.json({ id: webhookId });
  });

  app.post('/:webhook/disable', describeRoute(DISABLE), async (context) => {
    const { webhook: webhookId } = context.req.valid('param');
    valueOf(await webhooks.setEnabled({ ...asked(context), webhookId }, false));
    return context.json({ id: webhookId });
  });

  app.post('/:webhook/delete', describeRoute(DELETE), async (context) => {
    const { webhook: webhookId } = context.req.valid('param');
    valueOf(await webhooks.delete({ ...asked(context), webhookId }));
    return context.json({ id: webhookId });
  });

  app.post('/:webhook/rotate-secret', describeRoute(ROTATE), async (context) => {
    const { webhook: webhookId } = context.req.valid('param');
    const { secret } = valueOf(await webhooks.rotateSecret({ ...asked(context), webhookId }));
    return context.json({ id: webhookId, secret });
  });

  app.post('/:webhook/test', describeRoute(TEST), async (context) => {
    const { webhook: webhookId } = context.req.valid('param');
    const { slug } = context.get('organisation');
    const { id } = valueOf(await webhooks.test({ ...asked(context), webhookId, slug }));
    return context.json({ delivery: id });
  });

  app.get('/:webhook/deliveries', describeRoute(DELIVERIES), async (context) => {
    const { cursor, state } = context.req.valid('query');
    const { webhook: webhookId } = context.req.valid('param');
    const place = readCursor(cursor);
    const found = await webhooks.listDeliveries(context.get('organisation').id, webhookId, {
      limit: PAGE_ITEMS + 1,
      state,
      before: place && { at: new Date(place.atMs), id: place.id },
    });
    if (found === undefined) throw FAULTS.not_found;
    const items = found.slice(0, PAGE_ITEMS);
    const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
    return context.json({
      items: items.map(presentDelivery),
      next_cursor: last === undefined ? null : writeCursor({ atMs: last.createdAt.getTime(), id: last.id }),
    });
  });

  app.post('/:webhook/deliveries/:delivery/redeliver', describeRoute(REDELIVER), async (context) => {
    const { delivery: deliveryId, webhook: webhookId } = context.req.valid('param');
    valueOf(await webhooks.redeliver({ ...asked(context), webhookId, deliveryId }));
    return context.json({ id: deliveryId });
  });

  return app;
}

const FAULTS: Readonly<Record<WebhookFault, AppError>> = {
  forbidden: new AppError('forbidden', 'Only an admin changes webhooks.'),
  not_found: new AppError('not_found', 'There is no such webhook.'),
  too_many: new AppError('conflict', `There are ${WEBHOOKS_MAX} webhooks, which is the most.`),
  changed_meanwhile: new AppError(
    'conflict',
    'Somebody else changed this webhook meanwhile. Nothing was saved: look at what it is now.',
  ),
  disabled: new AppError('conflict', 'This webhook is off. Switch it on first.'),
  no_such_delivery: new AppError('not_found', 'There is no such delivery, or it is still waiting.'),
};

function valueOf<T>(result: Result<T, WebhookFault>): T {
  if (!result.ok) throw FAULTS[result.error];
  return result.value;
}

function asked(context: Context<OrganisationEnv>): WebhookBy {
  return {
    orgId: context.get('organisation').id,
    by: context.get('user').userId,
    requestId: context.get('requestId'),
  };
}

/** Stored in one order, so that two forms that say the same are the same. */
function inOrder(events: readonly string[]): string[] {
  return WEBHOOK_FAMILY_NAMES.filter((name) => events.includes(name));
}

function present(webhook: ListedWebhook): WebhookShape {
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    events: webhook.families,
    created_at: webhook.createdAt.toISOString(),
    is_enabled: webhook.disabledAt === null,
    disabled_at: webhook.disabledAt?.toISOString() ?? null,
    disabled_why: webhook.disabledWhy,
    failing_since: webhook.failingSince?.toISOString() ?? null,
    previous_secret_until: webhook.previousSecretUntil?.toISOString() ?? null,
  };
}

function presentDelivery(delivery: WebhookDelivery): DeliveryShape {
  const { answer, attempts, body, fault, id, state, status, type } = delivery;
  return {
    id,
    type,
    state,
    attempts,
    created_at: delivery.createdAt.toISOString(),
    tried_at: delivery.triedAt?.toISOString() ?? null,
    next_try_at: state === 'waiting' ? delivery.nextTryAt.toISOString() : null,
    status,
    fault,
    answer,
    body,
  };
}
