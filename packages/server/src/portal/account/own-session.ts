import type { Context } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { CodeFault } from '../../people/two-factor/second-factor.ts';
import type { OwnSession } from '../../people/accounts.ts';
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

export function codeRefused(fault: CodeFault): AppError {
  if (fault.reason === 'wrong_code')
    return new AppError('invalid_request', 'That code is not right, or it was used before.');
  const { retryAfterSeconds } = fault;
  return new AppError('rate_limited', 'Too many attempts. Wait a little, then try again.', {
    retryAfterSeconds,
  });
}
