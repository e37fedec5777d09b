import { Hono, type Context } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { Accounts, ConfirmFault } from '../../people/accounts.ts';
import type { AskedLimit } from '../../limits/headers.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { withinLimit } from '../within-limit.ts';
import { CONFIRM, CONFIRM_METHODS, CONFIRM_OPTIONS } from './described.ts';
import { codeRefused, ownSession, TOO_MANY_ATTEMPTS } from './own-session.ts';

/** Takes one of a person's attempts to show who they are. */
export type LimitAttempts = (userId: UserId) => Soon<AskedLimit>;

/** `/portal/v1/me/confirm`: what a session whose sign-in is a while ago does before anything dangerous. */
export function createConfirmRoutes({
  accounts,
  limitAttempts,
}: {
  accounts: Accounts;
  limitAttempts: LimitAttempts;
}): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();

  app.get('/', describeRoute(CONFIRM_METHODS), async (context) => {
    const user = context.get('user');
    return context.json(user.viaOrgId === null ? await accounts.confirmMethods(user) : NONE);
  });

  app.post('/passkey', describeRoute(CONFIRM_OPTIONS), async (context) =>
    context.json({ ...(await accounts.passkeyConfirmOptions(ownSession(context))) }),
  );

  app.post('/', describeRoute(CONFIRM), async (context) => {
    const user = ownSession(context);
    await takeAttempt(limitAttempts, context);
    const confirmed = await accounts.confirm(user, context.req.valid('json'));
    if (!confirmed.ok) throw refused(confirmed.error);
    return context.json({ confirmed: true });
  });

  return app;
}

const NONE = { password: false, code: false, passkey: false };

export async function takeAttempt(limitAttempts: LimitAttempts, context: Context<PortalEnv>): Promise<void> {
  withinLimit(context, await limitAttempts(context.get('user').userId), () => TOO_MANY_ATTEMPTS);
}

function refused(fault: ConfirmFault): AppError {
  switch (fault.reason) {
    case 'wrong_password':
      return new AppError('invalid_request', 'The password is not right.');
    case 'passkey_refused':
      return new AppError('invalid_request', 'That passkey was not accepted.');
    case 'wrong_code':
    case 'too_many':
      return codeRefused(fault);
  }
}
