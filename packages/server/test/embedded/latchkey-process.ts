// Runs the driver of a clone and follows what it tells.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface LatchkeyProcess {
  readonly pid: number;
  /** Everything told so far, and everything that came on stderr. */
  readonly told: readonly Told[];
  stderr(): string;
  /** The next event of one of these names that has not been waited for; fails when the process ends instead. */
  next(...events: string[]): Promise<Told>;
  send(word: string): void;
  kill(signal: NodeJS.Signals): void;
  /** As the terminal does for Ctrl-C: to the whole foreground process group. */
  interruptGroup(): void;
  exited: Promise<number | null>;
}

export interface RunOptions {
  readonly clone: string;
  readonly dataDir?: string;
  readonly systemDir?: string;
  readonly fsync?: boolean;
  /** Wait for a word on stdin before starting the database. */
  readonly waits?: boolean;
  readonly runAs?: { readonly uid: number; readonly gid: number };
  /** A command that runs the command that follows it. */
  readonly wrapper?: readonly string[];
}

const running = new Set<ChildProcess>();

export function runLatchkey(options: RunOptions): LatchkeyProcess {
  const command = [
    process.execPath,
    join(options.clone, 'packages/server/test/embedded/driver.js'),
    options.dataDir ?? join(options.clone, '.latchkey'),
    options.systemDir ?? '',
    options.fsync === false ? 'off' : 'on',
    options.waits === true ? 'waits' : 'no',
  ];
  const [file = '', ...args] = options.wrapper === undefined ? command : options.wrapper.concat(command);
  const child = spawn(file, args, {
    cwd: options.clone,
    // The developer's own settings must not steer the test.
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...options.runAs,
  });
  running.add(child);
  child.stdin.on('error', () => undefined);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const told: Told[] = [];
  const taken = new Set<Told>();
  let wake: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(JSON.parse(line));
    wake();
  });
  let closed = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      stderr += error.message;
      closed = true;
      wake();
      resolve(null);
    });
    child.once('close', (code) => {
      running.delete(child);
      closed = true;
      wake();
      resolve(code);
    });
  });
  return {
    pid: child.pid ?? 0,
    told,
    stderr: () => stderr,
    async next(...events) {
      for (;;) {
        const found = told.find((one) => events.includes(one.event) && !taken.has(one));
        if (found !== undefined) {
          taken.add(found);
          return found;
        }
        if (closed) {
          throw new Error(`ended before ${events.join(' or ')}: ${JSON.stringify(told.slice(-5))} ${stderr}`);
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    send: (word) => void child.stdin.write(`${word}\n`),
    kill: (signal) => void child.kill(signal),
    interruptGroup: () => void process.kill(-(child.pid ?? 0), 'SIGINT'),
    exited,
  };
}

/** For afterEach: nothing of ours may go on. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
}
