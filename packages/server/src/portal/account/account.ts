import { Hono } from 'hono';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Keys } from '../../keys/keys.ts';
import type { Accounts } from '../../people/accounts.ts';
import { readAmr } from '../../people/amr.ts';
import type { ReachOf } from '../../people/company/reach.ts';
import { PASSWORD_CHARACTERS_MIN } from '../../people/password.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { createConfirmRoutes, takeAttempt, type LimitAttempts } from './confirm.ts';
import {
  CHANGE_PASSWORD,
  END_OTHERS,
  END_SESSION,
  GET,
  LIST_CONNECTIONS,
  LIST_SESSIONS,
  RENAME,
} from './described.ts';
import { listOwnConnections } from './own-connections.ts';
import { ownSession, showsFactorFirst } from './own-session.ts';
import { createPasskeyRoutes } from './passkeys.ts';
import { createTwoFactorRoutes } from './two-factor.ts';

export interface AccountRoutesDeps {
  accounts: Accounts;
  keys: Keys;
  reach: ReachOf;
  limitAttempts: LimitAttempts;
  clock: Clock;
}

/** `/portal/v1/me/…`: a person's own account. */
export function createAccountRoutes(deps: AccountRoutesDeps): Hono<PortalEnv> {
  const { accounts, clock, keys, limitAttempts, reach } = deps;
  const app = new Hono<PortalEnv>();

  app.get('/account', describeRoute(GET), async (context) => {
    const { email, name, userId: id, viaOrgId } = context.get('user');
    const user = { id, email, name };
    // How somebody signs in elsewhere is not the business of whoever runs a company's provider.
    if (viaOrgId !== null) return context.json({ ...CLOSED, user });
    const [hasPassword, passkeys, second] = await Promise.all([
      accounts.hasPassword(id),
      accounts.passkeys.list(id),
      accounts.secondFactor.stateOf(id),
    ]);
    return context.json({
      user,
      via_company: false,
      has_password: hasPassword,
      passkeys_available: accounts.passkeys.isAvailable,
      passkeys: passkeys.map((passkey) => ({
        id: passkey.id,
        name: passkey.name,
        created_at: passkey.createdAt.toISOString(),
        last_used_at: passkey.lastUsedAt?.toISOString() ?? null,
        backed_up: passkey.backedUp,
      })),
      two_factor: {
        enabled: second.isOn,
        since: second.since?.toISOString() ?? null,
        backup_codes_left: second.backupCodesLeft,
        remembered_browsers: second.rememberedBrowsers,
      },
    });
  });

  app.put('/name', describeRoute(RENAME), async (context) => {
    const renamed = await accounts.rename(ownSession(context), context.req.valid('json').name);
    if (!renamed.ok) throw new AppError('invalid_request', 'Type a name that can be seen.');
    return context.json({ name: renamed.value });
  });

  app.post('/password', describeRoute(CHANGE_PASSWORD), async (context) => {
    const user = ownSession(context);
    await takeAttempt(limitAttempts, context);
    const changed = await accounts.changePassword(user, context.req.valid('json'));
    if (!changed.ok) throw PASSWORD_FAULTS[changed.error];
    return context.json({ ended_sessions: changed.value.endedSessions });
  });

  app.get('/sessions', describeRoute(LIST_SESSIONS), async (context) => {
    const { sessionId, userId } = ownSession(context);
    const sessions = await accounts.sessionsOf(userId);
    return context.json({
      items: sessions.map(({ amr, createdAt, expiresAt, id, userAgent }) => ({
        id,
        browser: userAgent ?? '',
        by: readAmr(amr),
        created_at: createdAt.toISOString(),
        expires_at: expiresAt.toISOString(),
        is_this: id === sessionId,
      })),
    });
  });

  app.post('/sessions/end-others', describeRoute(END_OTHERS), async (context) =>
    context.json({ ended_sessions: await accounts.endOtherSessions(ownSession(context)) }),
  );

  app.post('/sessions/:session/end', describeRoute(END_SESSION), async (context) => {
    const { session: id } = context.req.valid('param');
    const isEnded = await accounts.endSession(ownSession(context), id);
    if (!isEnded) throw new AppError('not_found', 'There is no such session.');
    return context.json({ id });
  });

  app.get('/connections', describeRoute(LIST_CONNECTIONS), async (context) => {
    const user = context.get('user');
    const { open } = await reach(user);
    const organisations = open.map(({ organisation }) => organisation);
    const wanted = { ...context.req.valid('query'), organisations, userId: user.userId };
    return context.json(await listOwnConnections({ clock, keys }, wanted));
  });

  for (const path of ['/two-factor/*', '/passkeys/*']) app.use(path, showsFactorFirst(accounts));
  app.route('/two-factor', createTwoFactorRoutes({ accounts }));
  app.route('/passkeys', createPasskeyRoutes({ accounts }));
  app.route('/confirm', createConfirmRoutes(deps));
  return app;
}

const CLOSED = {
  via_company: true,
  has_password: false,
  passkeys_available: false,
  passkeys: [],
  two_factor: { enabled: false, since: null, backup_codes_left: 0, remembered_browsers: 0 },
};

const PASSWORD_FAULTS = {
  wrong_password: new AppError('invalid_request', 'The current password is not right.'),
  password_too_short: new AppError(
    'invalid_request',
    `The new password needs at least ${PASSWORD_CHARACTERS_MIN} characters.`,
  ),
  password_too_long: new AppError('invalid_request', 'The new password is too long.'),
};
