const ROWS_PER_INSERT_MAX = 1000;

export interface GroupCommit<Row> {
  /** Resolves when the row is durable, rejects when it is not. */
  add(row: Row): Promise<void>;
  /** Nobody waits for it any more: it is not written, unless that is under way. */
  forget(row: Row): void;
  close(): Promise<void>;
}

interface Waiting<Row> {
  readonly row: Row;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** One insert at a time: the rows that arrive while it is under way share the next, so a busy node commits in groups. */
export function createGroupCommit<Row>(write: (rows: Row[]) => Promise<void>): GroupCommit<Row> {
  let waiting: Waiting<Row>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.slice(0, ROWS_PER_INSERT_MAX);
      waiting = waiting.slice(ROWS_PER_INSERT_MAX);
      try {
        await write(group.map(({ row }) => row));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  }

  return {
    add(row) {
      return new Promise((resolve, reject) => {
        waiting.push({ row, resolve, reject });
        // What else arrives in this turn of the event loop goes along.
        running ??= Promise.resolve().then(run);
      });
    },
    forget(row) {
      waiting = waiting.filter((each) => each.row !== row);
    },
    async close() {
      await running;
    },
  };
}
