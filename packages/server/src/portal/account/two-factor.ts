import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { Accounts } from '../../people/accounts.ts';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import {
  BEGIN_TWO_FACTOR,
  CONFIRM_TWO_FACTOR,
  DISABLE_TWO_FACTOR,
  FORGET_BROWSERS,
  REPLACE_BACKUP_CODES,
} from './described.ts';
import { codeRefused, ownSession } from './own-session.ts';

/** `/portal/v1/me/two-factor`: the authenticator app and the backup codes. */
export function createTwoFactorRoutes({ accounts }: { accounts: Accounts }): Hono<PortalEnv> {
  const { secondFactor } = accounts;
  const app = new Hono<PortalEnv>();

  app.post('/begin', describeRoute(BEGIN_TWO_FACTOR), async (context) => {
    const user = ownSession(context);
    if (!(await accounts.hasPassword(user.userId)))
      throw new AppError('conflict', 'It comes after a password, and you have none.');
    const begun = await secondFactor.begin(user);
    if (!begun.ok) throw new AppError('conflict', 'The second step is on already.');
    return context.json(begun.value);
  });

  app.post('/confirm', describeRoute(CONFIRM_TWO_FACTOR), async (context) => {
    const confirmed = await secondFactor.confirm(ownSession(context), context.req.valid('json').code);
    if (confirmed.ok) return context.json({ backup_codes: confirmed.value.backupCodes });
    const fault = confirmed.error;
    throw fault.reason === 'not_begun'
      ? new AppError('conflict', 'This was finished or begun anew elsewhere. Close this and begin again.')
      : codeRefused(fault);
  });

  app.post('/disable', describeRoute(DISABLE_TWO_FACTOR), async (context) => {
    await secondFactor.disable(ownSession(context));
    return context.json({ enabled: false });
  });

  app.post('/backup-codes', describeRoute(REPLACE_BACKUP_CODES), async (context) => {
    const replaced = await secondFactor.replaceBackupCodes(ownSession(context));
    if (!replaced.ok) throw new AppError('conflict', 'The second step is off.');
    return context.json({ backup_codes: replaced.value.backupCodes });
  });

  app.post('/forget-browsers', describeRoute(FORGET_BROWSERS), async (context) => {
    await secondFactor.forgetBrowsers(ownSession(context));
    return context.json({ remembered_browsers: 0 });
  });

  return app;
}
