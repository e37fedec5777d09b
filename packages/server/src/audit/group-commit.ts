import { setImmediate as turnEnd } from 'node:timers/promises';

const ROWS_PER_INSERT_MAX = 1000;

export interface GroupCommit<Row> {
  /** Resolves when the row is durable, rejects when it is not. */
  add(row: Row): Promise<void>;
  /** Nobody waits for it any more: it is not written, unless that is under way. Then `onOver` is told when it no longer is. */
  forget(row: Row, onOver: () => void): void;
  close(): Promise<void>;
}

interface Waiting<Row> {
  readonly row: Row;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/**
 * One insert at a time: the rows that arrive while it is under way share the next, so a busy node commits in groups. Each
 * begins at the end of a turn of the event loop, so that what else arrives in that turn goes along.
 */
export function createGroupCommit<Row>(write: (rows: Row[]) => Promise<void>): GroupCommit<Row> {
  let waiting: Waiting<Row>[] = [];
  let underWay: Waiting<Row>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    await turnEnd();
    while (waiting.length > 0) {
      underWay = waiting.slice(0, ROWS_PER_INSERT_MAX);
      waiting = waiting.slice(ROWS_PER_INSERT_MAX);
      try {
        await write(underWay.map(({ row }) => row));
        for (const { resolve } of underWay) resolve();
      } catch (error) {
        for (const { reject } of underWay) reject(error);
      }
      underWay = [];
      await turnEnd();
    }
    running = undefined;
  }

  return {
    add(row) {
      return new Promise((resolve, reject) => {
        waiting.push({ row, resolve, reject });
        running ??= run();
      });
    },
    forget(row, onOver) {
      waiting = waiting.filter((each) => each.row !== row);
      const late = underWay.find((each) => each.row === row);
      if (late === undefined) return;
      late.resolve = onOver;
      late.reject = onOver;
    },
    async close() {
      await running;
    },
  };
}
