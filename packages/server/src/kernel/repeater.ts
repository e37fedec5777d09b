import { deepestCause } from './deepest-cause.ts';
import type { Log } from './log.ts';

export interface Repeater {
  start(): void;
  /** Waits for the step that is under way, and begins no other. */
  close(): Promise<void>;
}

/** Does something in the background, `everyMs` after the last time was over. That it fails is said once, until it works. */
export function createRepeater({
  complaint,
  everyMs,
  log,
  step,
}: {
  everyMs: number;
  step: () => Promise<void>;
  log: Log;
  /** What the log is told where a step fails. */
  complaint: string;
}): Repeater {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isClosed = false;
  let hasComplained = false;

  async function run(): Promise<void> {
    try {
      await step();
      hasComplained = false;
    } catch (error) {
      if (!hasComplained) log.warn({ error: deepestCause(error).message }, complaint);
      hasComplained = true;
    }
    if (!isClosed) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      running = run();
    }, everyMs).unref();
  }

  return {
    start: schedule,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
