import type { Log } from '../kernel/log.ts';
import { withinDeadline } from '../kernel/within-deadline.ts';

/** Of the time that a stop has: a collector that is away must not use up what the database needs. */
const LAST_MS_MAX = 2000;

/** Sends what is held before the process ends, unless the collector does not take it by then. */
export async function sendTheLast(
  senders: readonly ({ close(): Promise<void> } | undefined)[],
  log: Log,
): Promise<void> {
  const sent = Promise.all(senders.map(async (sender) => sender?.close()));
  try {
    await withinDeadline(sent, LAST_MS_MAX);
  } catch (error) {
    log.warn(
      { error: error instanceof Error ? error.message : String(error) },
      'the collector does not take it in time: what telemetry still held is lost',
    );
  }
}
