import { withinDeadline } from '../kernel/within-deadline.ts';
import { STOP_MS_MAX } from '../kernel/stop-ms-max.ts';
import type { StartedLatchkey } from '../start.ts';

/** Of a process that ends without having closed everything. */
const DATABASE_STOP_MS_MAX = 3000;

/** Says every fault and ends with a status that a supervisor sees. */
export function refuseToStart(faults: readonly string[]): void {
  for (const fault of faults) process.stderr.write(`latchkey: ${fault}\n`);
  process.exitCode = 1;
}

/** Says what was not understood, and what would be. */
export function refuseUsage(fault: string, help: string): void {
  process.stderr.write(`latchkey: ${fault}\n\n${help}`);
  process.exitCode = 2;
}

/**
 * Serves until a signal, or until the database is lost; then finishes what is under way and closes everything. A second
 * signal, or fifteen seconds and those that it drains, end the process as it is, but for the embedded database: it may end
 * at any moment, and the next start goes on from there. It hears signals once it is called: before anybody is told that the
 * service is ready.
 */
export async function runUntilStopped(
  started: Pick<StartedLatchkey, 'close' | 'drain' | 'drainMs' | 'onLost' | 'stopDatabase' | 'waitsFor'>,
  { stopMsMax = STOP_MS_MAX }: { stopMsMax?: number } = {},
): Promise<void> {
  let isStopping = false;
  // Who sits before it and types Ctrl-C waits for nothing that others would send.
  let drains = false;
  let isDraining = false;
  const endNow = async (why: string) => {
    const waitedFor = isDraining ? 'the drain' : started.waitsFor();
    const last = waitedFor === undefined ? '' : `: it waited for ${waitedFor}`;
    process.stderr.write(`latchkey: ${why}${last}.\n`);
    await withinDeadline(started.stopDatabase(), DATABASE_STOP_MS_MAX).catch((error: unknown) => {
      process.stderr.write(`latchkey: the database may still run: ${String(error)}\n`);
    });
    process.exit(1);
  };
  const reason = await new Promise<string | undefined>((resolve) => {
    const stop = (why?: string) => {
      isStopping = true;
      resolve(why);
    };
    const onSignal = (signal: NodeJS.Signals) => {
      if (isStopping) return void endNow('ended by a second signal');
      drains = signal === 'SIGTERM';
      stop();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    started.onLost(stop);
  });
  if (reason !== undefined) refuseToStart([reason]);
  // Before anything is waited for: a drain, too, asks the database.
  const waitMs = stopMsMax + (drains ? started.drainMs : 0);
  setTimeout(() => void endNow(`not stopped after ${waitMs / 1000} seconds`), waitMs).unref();
  if (drains) {
    isDraining = true;
    await started.drain();
    isDraining = false;
  }
  await started.close();
}
