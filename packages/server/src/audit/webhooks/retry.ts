const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** In seconds, after the first attempt, the second, and so on. After the last of them it is given up. */
export const RETRY_SECONDS = [5, 30, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR] as const;
const JITTER = 0.2;

/** How long until the next attempt, after so many; undefined: there is none. A fifth longer at most, so that not all come at once. */
export function retryAfter(attempts: number, random: () => number = Math.random): number | undefined {
  const seconds = RETRY_SECONDS[attempts - 1];
  return seconds === undefined ? undefined : seconds * (1 + JITTER * random());
}
