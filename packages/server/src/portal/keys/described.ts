import { z } from 'zod';
import { KEY_ORDERS, KEY_STATES } from '../../keys/keys.ts';
import { pathId } from '../read-id.ts';
import { access, nothing, pageOf, time } from '../shapes.ts';
import { usageShape } from '../usage/usage.ts';
import { keyShape } from './present-key.ts';

export const KEY_NAME_CHARACTERS_MAX = 80;
const CALLS_PER_MINUTE_MAX = 1_000_000_000;

export const newKeySchema = z.strictObject({
  name: z.string(),
  access,
  expires_in_days: z
    .union([z.literal(7), z.literal(30), z.literal(90), z.literal(365), z.null()])
    .describe('null: it does not expire.'),
  calls_per_minute: z
    .int()
    .min(1)
    .max(CALLS_PER_MINUTE_MAX)
    .optional()
    .describe('A limit of its own, at most calls_per_minute_max of list_keys. Absent: as many as that.'),
});

/** The one time that a secret is shown. */
export const newKeyAnswer = z.object({ id: z.string(), secret: z.string() });

const params = z.object({ key: pathId('key').describe('Its id, as list_keys shows it.') });
const count = z.int().nonnegative();

export const LIST_KEYS = {
  id: 'list_keys',
  summary: 'List API keys',
  description:
    'Keys with their holder, what made them, access, last use, expiry and status, a hundred at a time. Admins get all keys of the organisation, others their own. What has been over for 90 days is left out. Secrets are never shown.',
  action: 'keys.read.own',
  query: z.object({
    whose: z.enum(['mine', 'all']).optional().describe('Default: all that you may see.'),
    status: z
      .enum(KEY_STATES)
      .optional()
      .describe('unused: active, and not used for over 90 days. Default: whatever it is.'),
    made_by: z.enum(['hand', 'connection', 'agent']).optional(),
    q: z.string().max(200).optional().describe('In its name, its holder, its app, where its access goes.'),
    sort: z.enum(KEY_ORDERS).optional().describe('created and used: the latest first. Default: created.'),
    cursor: z.string().max(2000).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(keyShape).extend({
    counts: z
      .object({ all: count, active: count, unused: count, expired: count, revoked: count })
      .describe('On all pages, of what the other filters leave.'),
    calls_per_minute_max: z.int().describe('The most that a new key may allow itself.'),
  }),
} as const;

export const CREATE_KEY = {
  id: 'create_key',
  summary: 'Create an API key',
  description: 'Makes a key of your own. Its secret is in this answer and nowhere else.',
  action: 'keys.create.own',
  callers: 'session',
  body: newKeySchema,
  answer: newKeyAnswer,
  status: 201,
} as const;

const callShape = z.object({
  id: z.string(),
  at: time,
  action: z.string(),
  tool: z.string().nullable(),
  app: z.string().nullable().describe('The app that it came through, by the name that it gave itself.'),
  result: z.string().nullable().describe('ok, refused or failed.'),
  status: z.int().nullable(),
  duration_ms: z.int().nullable(),
  request_id: z.string().nullable(),
});

export const GET_KEY = {
  id: 'get_key',
  summary: 'Look at an API key',
  description:
    'A key with what led to it, its calls of the last 30 days by the day, and the last fifty of them. People see their own, admins anybody’s. From which addresses it was used is not kept.',
  action: 'keys.read.own',
  params,
  answer: keyShape.extend({
    can_rotate: z.boolean().describe('Whether you could give it another secret.'),
    old_secret_until: time
      .nullable()
      .describe('Until when the secret before works, too; null: there is none.'),
    chain: z.object({
      by: z.string().nullable().describe('Who made or approved it; null: nobody that is known.'),
      how: z.enum(['hand', 'consent', 'identity_provider', 'machine']),
      at: time,
      app: z
        .object({
          id: z.string(),
          name: z.string().nullable(),
          tier: z.enum(['approved', 'identified', 'self_named', 'blocked']),
          host: z.string().nullable(),
        })
        .nullable(),
      destination: z.string().nullable().describe('The host that its access went to.'),
      url: z
        .string()
        .nullable()
        .describe('The connector URL that it is for; null: all of the organisation’s.'),
      issuer: z.string().nullable().describe('The identity provider on whose word it was made.'),
    }),
    usage: z.object({
      from: time,
      to: time,
      step_seconds: z.int(),
      totals: usageShape,
      series: z.array(usageShape.extend({ at: time })),
    }),
    calls: z.array(callShape).describe('The newest first.'),
    calls_are_all: z.boolean().describe('false: there may be older ones, which the audit log has.'),
  }),
} as const;

export const ROTATE_KEY = {
  id: 'rotate_key',
  summary: 'Replace the secret of an API key',
  description:
    'Gives a key a new secret, which is in this answer and nowhere else. Name, access, limit and expiry stay. The old secret works until the overlap ends; one before it ends at once. People do it to their own keys, admins to those of agents; a connection’s app gets new secrets by itself.',
  action: 'keys.create.own',
  callers: 'session',
  params,
  body: z.strictObject({
    overlap_hours: z
      .union([z.literal(0), z.literal(1), z.literal(24)])
      .describe('How long the old secret works beside the new one.'),
    hint: z.string().max(40).describe('Of the key as you saw it: the same secret is replaced once.'),
  }),
  answer: newKeyAnswer.extend({ old_secret_until: time.nullable().describe('null: it has ended.') }),
} as const;

export const REVOKE_KEY = {
  id: 'revoke_key',
  summary: 'Revoke an API key',
  description:
    'Ends a key at once and for good; of a connection, the whole connection. People end their own, admins anybody’s.',
  action: 'keys.revoke.own',
  callers: 'person',
  params,
  body: nothing,
  answer: z.object({ id: z.string(), status: z.literal('revoked') }),
} as const;
