import type { AppError } from '../kernel/errors.ts';

/** Why a request goes no further, with the headers that say what would help. */
export interface Refusal {
  readonly error: AppError;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
}

export function refusal(error: AppError, headers: readonly string[] = []): Refusal {
  return { error, headers };
}
