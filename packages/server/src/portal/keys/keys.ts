import { Hono } from 'hono';
import { z } from 'zod';
import { highestAccess } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Keys } from '../../keys/keys.ts';
import { can } from '../../people/policy.ts';
import type { OrganisationEnv } from '../env.ts';
import { describeRoute } from '../describe-route.ts';
import { pathId } from '../read-id.ts';
import { access, listOf, nothing } from '../shapes.ts';
import { keyShape, presentKey } from './present-key.ts';

export const KEY_NAME_CHARACTERS_MAX = 80;

export const newKeySchema = z.strictObject({
  name: z.string(),
  access,
  expires_in_days: z
    .union([z.literal(7), z.literal(30), z.literal(90), z.literal(365), z.null()])
    .describe('null: it does not expire.'),
});

/** The one time that a secret is shown. */
export const newKeyAnswer = z.object({ id: z.string(), secret: z.string() });

const LIST = {
  id: 'list_keys',
  summary: 'List API keys',
  description:
    'Keys with their holder, what made them, access, last use, expiry and status, the newest first. Admins get all keys of the organisation, others their own. Secrets are never shown.',
  action: 'keys.read.own',
  answer: listOf(keyShape),
} as const;

const CREATE = {
  id: 'create_key',
  summary: 'Create an API key',
  description: 'Makes a key of your own. Its secret is in this answer and nowhere else.',
  action: 'keys.create.own',
  callers: 'session',
  body: newKeySchema,
  answer: newKeyAnswer,
  status: 201,
} as const;

const REVOKE = {
  id: 'revoke_key',
  summary: 'Revoke an API key',
  description:
    'Ends a key at once and for good; of a connection, the whole connection. People end their own, admins anybody’s.',
  action: 'keys.revoke.own',
  callers: 'person',
  params: z.object({ key: pathId('key').describe('Its id, as list_keys shows it.') }),
  body: nothing,
  answer: z.object({ id: z.string(), status: z.literal('revoked') }),
} as const;

/** `/portal/v1/organisations/{org}/keys`: people see and end their own; admins see and end all. */
export function createKeyRoutes({ keys, clock }: { keys: Keys; clock: Clock }): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST), async (context) => {
    const organisation = context.get('organisation');
    const seesAll = can(organisation.role, 'keys.read.any');
    const listed = await keys.list(organisation.id, seesAll ? undefined : context.get('user').userId);
    const nowMs = clock.nowMs();
    return context.json({ items: listed.map((key) => presentKey(key, nowMs)) });
  });

  app.post('/', describeRoute(CREATE), async (context) => {
    const organisation = context.get('organisation');
    const user = context.get('user');
    const body = context.req.valid('json');
    if (body.access === 'full' && highestAccess(organisation.role) === 'read') {
      throw new AppError('forbidden', 'A viewer can only hold read-only keys.');
    }
    const name = displayName(body.name, KEY_NAME_CHARACTERS_MAX);
    if (name === undefined) throw new AppError('invalid_request', 'name: must not be empty');
    const created = await keys.create({
      orgId: organisation.id,
      holder: { userId: user.userId },
      name,
      access: body.access,
      expiresInDays: body.expires_in_days ?? undefined,
      createdBy: user.userId,
      requestId: context.get('requestId'),
    });
    return context.json({ id: created.keyId, secret: created.secret }, 201);
  });

  app.post('/:key/revoke', describeRoute(REVOKE), async (context) => {
    const organisation = context.get('organisation');
    const user = context.get('user');
    const { key: keyId } = context.req.valid('param');
    const key = await keys.find(organisation.id, keyId);
    const mayEnd = can(organisation.role, 'keys.revoke.any') || key?.userId === user.userId;
    // Somebody else's key is as absent as one that never was.
    if (key === undefined || !mayEnd) throw new AppError('not_found', 'There is no such key.');
    const requestId = context.get('requestId');
    const revoked = await keys.revoke({ orgId: organisation.id, keyId, revokedBy: user.userId, requestId });
    if (!revoked) throw new AppError('gone', 'This key was revoked before.');
    return context.json({ id: keyId, status: 'revoked' });
  });

  return app;
}
