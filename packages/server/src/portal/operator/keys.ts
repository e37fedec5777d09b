import { Hono } from 'hono';
import { z } from 'zod';
import {
  PUBLISHED_BEFORE_USE_SECONDS,
  RETIRED_KEPT_SECONDS,
  type KeyRotation,
} from '../../grants/key-rotation.ts';
import { AppError } from '../../kernel/errors.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { nothingHere } from '../nothing-here.ts';
import { listOf, time } from '../shapes.ts';
import { byOf } from './organisations.ts';

const shape = z.object({
  kid: z.string(),
  state: z
    .enum(['next', 'active', 'retired'])
    .describe('next is published and signs soon, active signs, retired checks what it signed.'),
  created_at: time,
  signs_from: time.nullable().describe('Of the next one: the earliest time.'),
  signs_until: time.nullable(),
  verifies_until: time.nullable().describe('Null: until another takes its place.'),
});

const LIST = {
  id: 'list_signing_keys',
  summary: 'List signing keys',
  description: 'The keys that access tokens are signed with, the newest first. For operators.',
  callers: 'session',
  answer: listOf(shape),
} as const;

const ROTATE = {
  id: 'rotate_signing_key',
  summary: 'Rotate the signing key',
  description:
    'Publishes a key that takes over in ten minutes, or at once with now. What the one before signed stays good. For operators.',
  callers: 'session',
  isDangerous: true,
  body: z.strictObject({
    now: z
      .boolean()
      .default(false)
      .describe('At once: whoever keeps our key set for five minutes may refuse new tokens meanwhile.'),
  }),
  answer: z.object({ kid: z.string(), state: z.enum(['next', 'active']) }),
} as const;

export interface OperatorKeyDeps {
  readonly keyRotation: Pick<KeyRotation, 'list' | 'rotate'>;
}

/** `/portal/v1/operator/signing-keys`: what `latchkey keys` does. */
export function createOperatorKeyRoutes({ keyRotation }: OperatorKeyDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();

  app.get('/', describeRoute(LIST), async (context) =>
    context.json({ items: (await keyRotation.list()).map(present) }),
  );

  app.post('/rotate', describeRoute(ROTATE), async (context) => {
    const { now } = context.req.valid('json');
    const rotated = await keyRotation.rotate({ now, by: byOf(context) });
    if (!rotated.ok) throw FAULTS[rotated.error]();
    return context.json({ kid: rotated.value.kid, state: now ? 'active' : 'next' });
  });

  return app;
}

function present(row: Awaited<ReturnType<KeyRotation['list']>>[number]): z.infer<typeof shape> {
  const { activatedAt, createdAt, kid, retiredAt, state } = row;
  const later = (from: Date | null, seconds: number) =>
    from === null ? null : new Date(from.getTime() + seconds * 1000).toISOString();
  return {
    kid,
    state,
    created_at: createdAt.toISOString(),
    signs_from:
      state === 'next'
        ? later(createdAt, PUBLISHED_BEFORE_USE_SECONDS)
        : (activatedAt?.toISOString() ?? null),
    signs_until: retiredAt?.toISOString() ?? null,
    verifies_until: later(retiredAt, RETIRED_KEPT_SECONDS),
  };
}

const FAULTS = {
  forbidden: nothingHere,
  no_keys_yet: () => new AppError('conflict', 'There is no signing key yet.'),
  already_waiting: () =>
    new AppError('conflict', 'A new key is published already, and takes over by itself.'),
} as const;
