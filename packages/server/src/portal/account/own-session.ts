import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { CodeFault } from '../../people/two-factor/second-factor.ts';
import type { Accounts, OwnSession } from '../../people/accounts.ts';
import type { PortalEnv } from '../env.ts';

/**
 * Whose account it is, in a session that they opened by their own means. Whoever runs a company's provider can sign in
 * as anybody there; to the account itself, which may belong to other organisations too, that opens no way.
 */
export function ownSession(context: Context<PortalEnv>): OwnSession {
  const user = context.get('user');
  if (user.viaOrgId !== null)
    throw new AppError(
      'forbidden',
      'You signed in through your company. To change your account, sign in with your own password or passkey.',
    );
  return { ...user, requestId: context.get('requestId') };
}

/** Before what changes the second factor: who has one shows it first, where an organisation of theirs asks for one. */
export function showsFactorFirst({ owesFactor }: Pick<Accounts, 'owesFactor'>): MiddlewareHandler<PortalEnv> {
  return async (context, next) => {
    const isOwn = context.get('caller') === undefined && context.get('user').viaOrgId === null;
    if (isOwn && (await owesFactor(context.get('user'))))
      throw new AppError(
        'reauthentication_required',
        'An organisation of yours asks for a second factor. Confirm first with the one that you have.',
      );
    await next();
  };
}

export function codeRefused(fault: CodeFault): AppError {
  if (fault.reason === 'wrong_code')
    return new AppError('invalid_request', 'That code is not right, or it was used before.');
  const { retryAfterSeconds } = fault;
  return new AppError('rate_limited', TOO_MANY_ATTEMPTS, { retryAfterSeconds });
}

export const TOO_MANY_ATTEMPTS = 'Too many attempts. Wait a little, then try again.';
