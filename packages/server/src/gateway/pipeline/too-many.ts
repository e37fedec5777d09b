import { AppError } from '../../kernel/errors.ts';

/** A limit is used up. */
export function tooMany(retryAfterSeconds: number): AppError {
  return new AppError('rate_limited', `Too many calls. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}
