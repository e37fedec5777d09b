import { AppError } from '../kernel/errors.ts';

/** Of an address that nobody has, and of one that is none of who asks. */
export function nothingHere(): AppError {
  return new AppError('not_found', 'There is nothing at this address.');
}
