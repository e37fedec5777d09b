import { AppError } from '../kernel/errors.ts';
import type { ClosedBecause } from '../people/company/reach.ts';

/**
 * Throws what an organisation asks besides of a session that its people could show it by. Where it wants another way
 * to sign in it is as absent as it was.
 */
export function throwIfAsked(because: ClosedBecause | undefined): void {
  switch (because) {
    case undefined:
    case 'other_company':
    case 'company_required':
    case 'suspended':
      return;
    case 'sign_in_too_old':
      throw new AppError(
        'reauthentication_required',
        'You signed in longer ago than this organisation lets it count. Confirm that it is you.',
      );
    case 'no_second_factor':
      throw new AppError(
        'second_factor_required',
        'This organisation asks for a second factor. Set one up on your account page: an authenticator app or a passkey.',
      );
    case 'second_factor_not_shown':
      throw new AppError(
        'second_factor_required',
        'This organisation asks for a second factor, and you signed in without yours. Sign in again with it.',
      );
    case 'address':
      throw new AppError(
        'address_not_allowed',
        'This organisation does not answer from your address. Its admins keep the list.',
      );
  }
}
