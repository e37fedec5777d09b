// Runs one of PostgreSQL's programs, or a system tool, to its end and keeps what it said.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { RunAs } from './account.ts';

const OUTPUT_CHARACTERS_MAX = 8_000;

/** Nothing of our own environment (which may hold secrets) reaches PostgreSQL; its messages stay in English. */
export const PROGRAM_ENV = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export interface Ran {
  readonly ok: boolean;
  /** The tail of stdout and stderr together, and why it did not start when it did not. */
  readonly output: string;
}

/**
 * `cwd` is entered before the account changes, so it need not be reachable for `runAs`, but PostgreSQL's programs
 * look where they are: give a directory that the account can enter.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { cwd: string; runAs: RunAs | undefined; timeoutMs: number; input?: string },
): Promise<Ran> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_CHARACTERS_MAX);
    };
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(file, args, {
        cwd: options.cwd,
        env: PROGRAM_ENV,
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: options.timeoutMs,
        killSignal: 'SIGKILL',
        windowsHide: true,
        ...(options.runAs === undefined ? {} : { uid: options.runAs.uid, gid: options.runAs.gid }),
      });
    } catch (error) {
      // Node reports a missing file through the event below, but throws when the account may not be changed.
      resolve({ ok: false, output: error instanceof Error ? error.message : 'spawn failed' });
      return;
    }
    // A program that ends without reading says why on its own.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ ok: false, output: `${output}${error.message}` }));
    child.once('close', (code, signal) => {
      const end = signal === null ? '' : `\nended by ${signal}`;
      resolve({ ok: code === 0, output: `${output.trim()}${end}` });
    });
  });
}
