import { z } from 'zod';
import { WEBHOOK_FAMILY_NAMES } from '../../kernel/webhook-families.ts';
import { pathId } from '../read-id.ts';
import { nothing, pageOf, time } from '../shapes.ts';
import { webhookUrlSchema } from './webhook-url.ts';

// What the routes of webhooks are. All of them are a person's in the dashboard alone: an address may be a secret.

const DESCRIPTION_CHARACTERS_MAX = 200;

const event = z.enum(WEBHOOK_FAMILY_NAMES);
const events = z
  .array(event)
  .min(1)
  .max(WEBHOOK_FAMILY_NAMES.length)
  .refine((given) => new Set(given).size === given.length, { error: 'must name each kind once' })
  .describe('Which kinds of events it is told of.');

const settings = z.strictObject({
  url: webhookUrlSchema,
  description: z.string().max(DESCRIPTION_CHARACTERS_MAX),
  events,
});

const shape = z.object({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  events: z.array(z.string()),
  created_at: time,
  is_enabled: z.boolean(),
  disabled_at: time.nullable(),
  disabled_why: z.enum(['by_person', 'failing', 'too_many_waiting']).nullable(),
  failing_since: time.nullable().describe('Since when nothing has arrived, while some was sent.'),
  previous_secret_until: time.nullable().describe('Until when the secret before signs, too.'),
});

const delivery = z.object({
  id: z.string().describe('The same at each attempt: the header webhook-id.'),
  type: z.string(),
  state: z.enum(['waiting', 'delivered', 'given_up']),
  attempts: z.int().nonnegative(),
  created_at: time,
  tried_at: time.nullable(),
  next_try_at: time.nullable().describe('Null: it is not tried again.'),
  status: z.int().nullable().describe('HTTP status of the last attempt; null: nobody answered.'),
  fault: z.string().nullable().describe('Why nobody answered.'),
  answer: z.string().nullable().describe('How the last answer began: 1 kB at most.'),
  body: z.string().describe('What is sent.'),
});

const params = z.object({ webhook: pathId('whk').describe('Its id, as list_webhooks shows it.') });
const id = z.object({ id: z.string() });
const common = { action: 'settings.manage', callers: 'session' } as const;
const secret = z.string().describe('What deliveries are signed with, shown this once.');

export const LIST = {
  id: 'list_webhooks',
  summary: 'List webhooks',
  description: 'The addresses that are told of what happens in the organisation, the oldest first.',
  ...common,
  answer: z.object({ items: z.array(shape), most: z.int() }),
} as const;

export const CREATE = {
  id: 'create_webhook',
  summary: 'Add a webhook',
  description:
    'Has an address told of what happens from now on. Each message is signed with a secret that is shown this once.',
  ...common,
  body: settings,
  answer: z.object({ id: z.string(), secret }),
  status: 201,
} as const;

export const CHANGE = {
  id: 'change_webhook',
  summary: 'Change a webhook',
  description: 'Changes its address, its description, or which kinds of events it is told of.',
  ...common,
  params,
  body: settings.extend({
    was: z
      .strictObject({ url: z.string(), description: z.string(), events: z.array(z.string()) })
      .describe('As it stood when the form was shown: what changed meanwhile is not undone.'),
  }),
  answer: id,
} as const;

export const ENABLE = {
  id: 'enable_webhook',
  summary: 'Switch a webhook on',
  description: 'It is told of what happens from now on, not of what happened while it was off.',
  ...common,
  params,
  body: nothing,
  answer: id,
} as const;

export const DISABLE = {
  id: 'disable_webhook',
  summary: 'Switch a webhook off',
  description: 'Nothing more is sent to it; what was waiting is given up.',
  ...common,
  params,
  body: nothing,
  answer: id,
} as const;

export const DELETE = {
  id: 'delete_webhook',
  summary: 'Delete a webhook',
  description: 'Ends it, with its secret and the list of its deliveries.',
  ...common,
  params,
  body: nothing,
  answer: id,
} as const;

export const ROTATE = {
  id: 'rotate_webhook_secret',
  summary: 'Replace the secret of a webhook',
  description: 'Makes a new secret. For 24 hours messages are signed with both.',
  ...common,
  params,
  body: nothing,
  answer: z.object({ id: z.string(), secret }),
} as const;

export const TEST = {
  id: 'test_webhook',
  summary: 'Send a test event',
  description: 'Sends a signed event of the type webhook.test.',
  ...common,
  params,
  body: nothing,
  answer: z.object({ delivery: z.string() }),
} as const;

export const DELIVERIES = {
  id: 'list_webhook_deliveries',
  summary: 'List deliveries of a webhook',
  description: 'What was sent to it in the last 30 days, or waits to be, the newest first.',
  ...common,
  params,
  query: z.object({
    state: z.enum(['waiting', 'delivered', 'given_up']).optional(),
    cursor: z.string().max(200).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(delivery),
} as const;

export const REDELIVER = {
  id: 'redeliver_webhook',
  summary: 'Send an event once more',
  description: 'With the same id, so that a receiver that has had it can tell.',
  ...common,
  params: params.extend({ delivery: z.string().regex(/^evt_[0-9a-f]{32}$/, 'There is no such delivery.') }),
  body: nothing,
  answer: id,
} as const;

export type WebhookShape = z.infer<typeof shape>;
export type DeliveryShape = z.infer<typeof delivery>;
