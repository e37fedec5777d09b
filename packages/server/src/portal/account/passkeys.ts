import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { Accounts } from '../../people/accounts.ts';
import { PASSKEYS_MAX } from '../../people/passkeys/passkeys.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { ADD_PASSKEY, BEGIN_PASSKEY, REMOVE_PASSKEY, RENAME_PASSKEY } from './described.ts';
import { ownSession } from './own-session.ts';

/** `/portal/v1/me/passkeys`: the passkeys that open a person's account. */
export function createPasskeyRoutes({ accounts }: { accounts: Accounts }): Hono<PortalEnv> {
  const { passkeys } = accounts;
  const app = new Hono<PortalEnv>();

  app.post('/options', describeRoute(BEGIN_PASSKEY), async (context) => {
    if (!passkeys.isAvailable) throw unavailable;
    return context.json({ ...(await passkeys.registrationOptions(ownSession(context))) });
  });

  app.post('/', describeRoute(ADD_PASSKEY), async (context) => {
    const added = await passkeys.register(ownSession(context), context.req.valid('json'));
    if (!added.ok) throw FAULTS[added.error];
    return context.json(added.value, 201);
  });

  app.put('/:passkey', describeRoute(RENAME_PASSKEY), async (context) => {
    const { passkey: id } = context.req.valid('param');
    const renamed = await passkeys.rename(ownSession(context), id, context.req.valid('json').name);
    if (!renamed) throw absent;
    return context.json({ id });
  });

  app.post('/:passkey/remove', describeRoute(REMOVE_PASSKEY), async (context) => {
    const { passkey: id } = context.req.valid('param');
    if (!(await passkeys.remove(ownSession(context), id))) throw absent;
    return context.json({ id });
  });

  return app;
}

const absent = new AppError('not_found', 'There is no such passkey.');
const unavailable = new AppError(
  'conflict',
  'Passkeys need an address with a name, such as latchkey.example.com.',
);

const FAULTS = {
  refused: new AppError('invalid_request', 'That passkey was not accepted. Please try again.'),
  too_many: new AppError(
    'conflict',
    `You have ${PASSKEYS_MAX} passkeys. Remove one that you no longer use first.`,
  ),
  known_already: new AppError('conflict', 'That passkey is in use already.'),
};
