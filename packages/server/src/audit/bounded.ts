import type { Clock } from '../kernel/clock.ts';
import type { AuditEntry } from './entry.ts';

const WINDOW_MS = 60_000;
const ROWS_PER_SOURCE_MAX = 10;
const ROWS_MAX = 300;

export interface Bounded {
  add(source: string, entry: AuditEntry): void;
  /** Writes what was counted so far. */
  close(): void;
}

interface Window {
  readonly endsMs: number;
  readonly rowsOf: Map<string, number>;
  rows: number;
  readonly untold: Map<string, { entry: AuditEntry; count: number }>;
}

/**
 * What anybody can cause without proving anything, in bounded room: so many rows a minute for one source and one
 * action, so many for all together. The rest is counted, and the count is a row of its own when the minute is over.
 */
export function createBounded({
  write,
  clock,
}: {
  write: (entry: AuditEntry) => void;
  clock: Clock;
}): Bounded {
  let window: Window | undefined;
  let timer: NodeJS.Timeout | undefined;

  function open(): Window {
    timer = setTimeout(end, WINDOW_MS).unref();
    return { endsMs: clock.nowMs() + WINDOW_MS, rowsOf: new Map(), rows: 0, untold: new Map() };
  }

  function end(): void {
    clearTimeout(timer);
    for (const [action, { entry, count }] of window?.untold ?? []) {
      write({
        action,
        actor: { kind: 'system' },
        outcome: entry.outcome,
        detail: { more_like_these: count, within_seconds: WINDOW_MS / 1000 },
      });
    }
    window = undefined;
  }

  return {
    add(source, entry) {
      if (window !== undefined && clock.nowMs() >= window.endsMs) end();
      window ??= open();
      const name = `${entry.action} ${source}`;
      const rows = window.rowsOf.get(name) ?? 0;
      if (rows >= ROWS_PER_SOURCE_MAX || window.rows >= ROWS_MAX) {
        const count = (window.untold.get(entry.action)?.count ?? 0) + 1;
        window.untold.set(entry.action, { entry, count });
        return;
      }
      window.rowsOf.set(name, rows + 1);
      window.rows += 1;
      write(entry);
    },
    close: end,
  };
}
