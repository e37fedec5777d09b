/** Where the time comes from, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Milliseconds since some moment, never set back: for rates and durations, not for dates. */
export const monotonicClock: Clock = { nowMs: () => performance.now() };
