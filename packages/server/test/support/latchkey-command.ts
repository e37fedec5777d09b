import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

// The built command itself, as a person starts it (`npm test` builds first).
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface StartedCommand {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  exit: Promise<number | null>;
}

/** Runs `latchkey <args>` with no environment but PATH and what is given; `cli`: of another place. */
export function startCommand(
  args: string[],
  { cli = CLI, cwd, environment }: { cli?: string; cwd: string; environment: Record<string, string> },
): StartedCommand {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    // A stop waits for nobody, unless a test is about that.
    env: { PATH: process.env['PATH'] ?? '', LATCHKEY_DRAIN_SECONDS: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exit = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return { child, out: () => out, err: () => err, exit };
}

/** Once it serves. A start that failed is told with what it said. */
export async function untilReady(started: StartedCommand): Promise<Record<string, string>> {
  await vi.waitFor(
    () => {
      if (started.child.exitCode !== null) return;
      if (!started.out().includes('"event":"ready"')) throw new Error('it does not serve yet');
    },
    { timeout: 60_000, interval: 50 },
  );
  if (started.child.exitCode !== null) throw new Error(`it ended: ${started.err()}`);
  return JSON.parse(started.out().trim().split('\n').at(-1) ?? '') as Record<string, string>;
}

export async function stopCommand({ child, exit }: StartedCommand): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await exit;
}
