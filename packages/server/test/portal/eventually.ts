import { expect } from 'vitest';

const SLOW_MS = 20_000;

/** What becomes so after a server has worked for it, on a machine that has other things to do. */
export function eventually<T>(read: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: SLOW_MS });
}
