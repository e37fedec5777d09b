import type { StartedLatchkey } from '../start.ts';

/** Says every fault and ends with a status that a supervisor sees. */
export function refuseToStart(faults: readonly string[]): void {
  for (const fault of faults) process.stderr.write(`latchkey: ${fault}\n`);
  process.exitCode = 1;
}

/** Serves until a signal, or until the database is lost; then finishes what is under way and closes everything. */
export async function runUntilStopped(started: StartedLatchkey): Promise<void> {
  const reason = await new Promise<string | undefined>((resolve) => {
    process.once('SIGINT', () => resolve(undefined));
    process.once('SIGTERM', () => resolve(undefined));
    started.onLost(resolve);
  });
  if (reason !== undefined) refuseToStart([reason]);
  await started.close();
}
