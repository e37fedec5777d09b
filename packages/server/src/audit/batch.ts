import { deepestCause } from '../kernel/deepest-cause.ts';
import type { Log } from '../kernel/log.ts';

const ROWS_PER_INSERT_MAX = 1000;
/** So many are a busy node's, and calls under way wait for as long as it takes to put many rows together. */
const ROWS_SOON = 10;
const SOON_MS = 20;
/** About a minute of a busy node. Beyond it the oldest give way, and the log says how many. */
const ROWS_HELD_MAX = 200_000;
const CLOSE_ATTEMPTS_MAX = 5;
const CLOSE_RETRY_DELAY_MS = 500;

export interface Batch<Row> {
  add(row: Row): void;
  /** How many rows wait, and how many were given up since the beginning. */
  figures(): { readonly waiting: number; readonly dropped: number };
  close(): Promise<void>;
}

/**
 * Holds rows for `delayMs`, once there are ten of them for 20 ms, and writes them together. What could not be written is
 * kept and tried again after `delayMs`.
 */
export function createBatch<Row>({
  write,
  delayMs,
  log,
}: {
  write: (rows: Row[]) => Promise<void>;
  delayMs: number;
  log: Log;
}): Batch<Row> {
  let held: Row[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<boolean> | undefined;

  function writeIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      flush().then(
        (isWritten) => {
          if (held.length > 0 && timer === undefined)
            writeIn(isWritten && held.length >= ROWS_SOON ? SOON_MS : delayMs);
        },
        () => undefined,
      );
    }, ms);
  }

  /** True if nothing that was held when it began is held any more. */
  function flush(): Promise<boolean> {
    flushing ??= writeAll().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function writeAll(): Promise<boolean> {
    const rows = held;
    held = [];
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT_MAX) {
      try {
        await write(rows.slice(start, start + ROWS_PER_INSERT_MAX));
      } catch (error) {
        log.error({ error: deepestCause(error).message }, 'audit rows wait for the database');
        held = [...rows.slice(start), ...held];
        return false;
      }
    }
    return true;
  }

  return {
    add(row) {
      held.push(row);
      if (held.length > ROWS_HELD_MAX) {
        held = held.slice(ROWS_HELD_MAX / 2);
        dropped += ROWS_HELD_MAX / 2;
        log.error(
          { dropped: ROWS_HELD_MAX / 2 + 1 },
          'audit rows were dropped: the database does not take them',
        );
      }
      if (held.length === ROWS_SOON) writeIn(SOON_MS);
      else if (timer === undefined) writeIn(delayMs);
    },
    figures: () => ({ waiting: held.length, dropped }),
    async close() {
      clearTimeout(timer);
      await flushing;
      for (let attempt = 1; held.length > 0; attempt += 1) {
        if (await flush()) continue;
        if (attempt >= CLOSE_ATTEMPTS_MAX) {
          log.error(
            { dropped: held.length },
            'audit rows were lost: the database did not take them while closing',
          );
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, CLOSE_RETRY_DELAY_MS));
      }
      clearTimeout(timer);
    },
  };
}
