// Stops the server, politely first: fast shutdown, then immediate (recovers from its log at the next start), then kill.
import { setTimeout as pause } from 'node:timers/promises';
import type { Placement } from './placement.ts';
import { isPostmasterIn } from './postmaster-file.ts';
import type { Programs } from './programs.ts';
import { runProgram } from './run-program.ts';

const STEPS = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;
const POLL_MS = 10;

/** Resolves when the process is gone; answers the signal it took, or `undefined` if it was gone before. */
export async function stopPostmaster(
  { home, cluster, runAs }: Placement,
  programs: Programs,
  { pid, directory }: { pid: number; directory: string },
): Promise<string | undefined> {
  let used: string | undefined;
  for (const { signal, waitMs } of STEPS) {
    // Never signal a pid that is somebody else's by now.
    if (!(await isPostmasterIn(directory, pid))) return used;
    used = signal;
    if (process.platform === 'win32') {
      const args = ['stop', '-D', cluster, '-m', 'fast', '-t', String(waitMs / 1000)];
      await runProgram(programs.pgCtl, args, { cwd: home, runAs, timeoutMs: waitMs + 5_000 });
    } else {
      send(pid, signal);
    }
    if (await ends(directory, pid, waitMs)) return used;
  }
  return used;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

async function ends(directory: string, pid: number, waitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += POLL_MS) {
    if (!(await isPostmasterIn(directory, pid))) return true;
    await pause(POLL_MS);
  }
  return false;
}
