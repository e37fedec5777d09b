import type { Clock } from '../../kernel/clock.ts';

export interface BackOff {
  /** How long a command may not be started yet. 0: it may be. */
  waitMs(key: string): number;
  /** One that was started at `startedMs` failed. Several that were started before the same failure count once. */
  failed(key: string, startedMs: number): void;
  succeeded(key: string): void;
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** A command that fails again and again is started less and less often: after 1 s, 2 s, 4 s, and so on to a minute. */
export function createBackOff(clock: Clock): BackOff {
  const failures = new Map<string, { times: number; atMs: number; notBeforeMs: number }>();
  return {
    waitMs: (key) => Math.max((failures.get(key)?.notBeforeMs ?? 0) - clock.nowMs(), 0),
    failed(key, startedMs) {
      const before = failures.get(key);
      if (before !== undefined && startedMs <= before.atMs) return;
      const atMs = clock.nowMs();
      const times = (before?.times ?? 0) + 1;
      const waitMs = Math.min(FIRST_MS * 2 ** (times - 1), LONGEST_MS);
      failures.set(key, { times, atMs, notBeforeMs: atMs + waitMs });
    },
    succeeded: (key) => void failures.delete(key),
  };
}
