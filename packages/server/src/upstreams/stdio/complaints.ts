import type { Readable } from 'node:stream';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';

const BYTES_MAX = 2_048;
const TIMES_MAX = 20;
const WINDOW_MS = 10_000;

/** What a process says on stderr, for operators alone: all of it is read, some of it is logged. */
export function logComplaints(
  stderr: Readable,
  { clock, key, log }: { clock: Clock; key: string; log: Log },
): void {
  let windowMs = clock.nowMs();
  let times = 0;
  let leftOutBytes = 0;
  stderr.on('data', (chunk: Buffer) => {
    const nowMs = clock.nowMs();
    if (nowMs - windowMs >= WINDOW_MS) {
      windowMs = nowMs;
      times = 0;
    }
    times += 1;
    if (times > TIMES_MAX) {
      leftOutBytes += chunk.length;
      return;
    }
    leftOutBytes += Math.max(chunk.length - BYTES_MAX, 0);
    const text = chunk.toString('utf8', 0, BYTES_MAX);
    log.debug({ key, stderr: text, leftOutBytes }, 'an MCP server wrote to stderr');
    leftOutBytes = 0;
  });
}
