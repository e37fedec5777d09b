import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { StdioUpstream } from '../upstream.ts';
import { environmentOf } from './environment.ts';
import type { Folder } from './folder.ts';

export interface ServerProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Has it end: end of input, then SIGTERM to its whole group, then SIGKILL, with `graceMs` between them. */
  end(): void;
  isEnding(): boolean;
  /** Resolves when it is over, its group killed and its output read. Never rejects. */
  readonly over: Promise<void>;
}

/** Between the end of a process and the moment at which nobody waits for more of its output. */
const OUTPUT_GRACE_MS = 1_000;

/** Starts the declared program, which no shell reads. The failure is the system's code, such as `ENOENT`. */
export function startProcess(
  upstream: StdioUpstream,
  { folder, graceMs }: { folder: Folder; graceMs: number },
): Promise<Result<ServerProcess, string>> {
  return new Promise((resolve) => {
    try {
      const child = spawn(upstream.command, upstream.args, {
        cwd: upstream.cwd ?? folder.home,
        env: environmentOf(upstream, folder),
        shell: false,
        // A group of its own, so that what it starts ends with it, and so that signals of our terminal do not reach it.
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.on('error', (error) => resolve(fail(codeOf(error))));
      child.once('spawn', () => resolve(ok(follow(child, graceMs))));
      // Each failure of a pipe shows in the end of the process too, or in the send that met it. There are no pipes at
      // all where there is no descriptor left.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    } catch (thrown) {
      resolve(fail(codeOf(thrown)));
    }
  });
}

function follow(child: ChildProcessByStdio<Writable, Readable, Readable>, graceMs: number): ServerProcess {
  const { stdin, stdout, stderr } = child;
  let timer: NodeJS.Timeout | undefined;
  let isEnding = false;

  function signal(name: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // Nobody is left in the group.
    }
  }

  /** What was started outside the group may hold the pipes open for ever. */
  function letGo(): void {
    timer = setTimeout(() => {
      if (stdout.isPaused()) return letGo();
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
    }, OUTPUT_GRACE_MS);
  }

  const over = new Promise<void>((resolve) => {
    child.once('exit', () => {
      clearTimeout(timer);
      signal('SIGKILL');
      letGo();
    });
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });

  return {
    stdin,
    stdout,
    stderr,
    over,
    isEnding: () => isEnding,
    end() {
      if (isEnding) return;
      isEnding = true;
      stdin.end();
      if (child.exitCode !== null || child.signalCode !== null) return;
      timer = setTimeout(() => {
        stdin.destroy();
        signal('SIGTERM');
        timer = setTimeout(() => signal('SIGKILL'), graceMs);
      }, graceMs);
    },
  };
}

function codeOf(thrown: unknown): string {
  const isError = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
  return isError ? String(thrown.code) : 'unknown';
}
