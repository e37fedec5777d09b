import { AppError } from './errors.ts';
import { isOutOfReach } from './is-out-of-reach.ts';
import { withinDeadline } from './within-deadline.ts';

/** A database that is slower than this serves nobody: a caller learns sooner that it may try again. */
const ANSWER_MS_MAX = 3000;

/**
 * What the database says, for a call that waits for it: in time, or `unavailable`. What it says later is thrown away. A
 * fault of our own stays what it is.
 */
export async function inTime<T>(asked: Promise<T>): Promise<T> {
  try {
    return await withinDeadline(asked, ANSWER_MS_MAX);
  } catch (cause) {
    if (cause instanceof AppError || !isOutOfReach(cause)) throw cause;
    throw new AppError('unavailable', 'This cannot be looked up at the moment. Try again.', {
      internalMessage: 'the database did not answer',
      cause,
      retryAfterSeconds: 1,
    });
  }
}
