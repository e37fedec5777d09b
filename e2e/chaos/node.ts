// A gateway: a process of the built command.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../packages/server/test/support/free-port.ts';

export const CLI = fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url));
const READY_MS_MAX = 120_000;
const STARTS_MAX = 3;

export interface NodeOptions {
  readonly name: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly port?: number;
}

export type GatewayNode = Awaited<ReturnType<typeof createNode>>;

export async function createNode({ name, folder, environment, port: given }: NodeOptions) {
  const port = given ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  const logPath = join(folder, `${name}.log`);
  const logged = () => readFileSync(logPath, 'utf8').slice(-3000);
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  /** Undefined: it is ready; else what it said instead. */
  async function unready(): Promise<string | undefined> {
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3000) });
      const text = await response.text();
      return response.status === 200 ? undefined : text;
    } catch (error) {
      return String(error instanceof Error ? (error.cause ?? error) : error);
    }
  }
  const isReady = async () => (await unready()) === undefined;

  /** Milliseconds until it says that it is ready. */
  async function untilReady(maxMs = READY_MS_MAX): Promise<number> {
    const startedMs = performance.now();
    let said: string | undefined;
    while (performance.now() - startedMs < maxMs) {
      said = await unready();
      if (said === undefined) return performance.now() - startedMs;
      if (!isRunning()) throw new Error(`${name} ended by itself: ${logged()}`);
      await pause(10);
    }
    throw new Error(`${name} is not ready after ${maxMs} ms: ${said}; its log: ${logged()}`);
  }

  function spawnOnce(more: Readonly<Record<string, string>>, flags: readonly string[]): void {
    const log = openSync(logPath, 'a');
    child = spawn(process.execPath, [...flags, CLI, 'serve'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', PORT: String(port), ...environment, ...more },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  return {
    name,
    port,
    url,
    isReady,
    isRunning,
    untilReady,
    pid: () => child?.pid ?? 0,

    /** From the start of the process until it is ready, in milliseconds. One that gives up is started again. */
    async start(more: Readonly<Record<string, string>> = {}, flags: readonly string[] = []): Promise<number> {
      const startedMs = performance.now();
      for (let attempt = 1; ; attempt += 1) {
        spawnOnce(more, flags);
        try {
          await untilReady();
          return performance.now() - startedMs;
        } catch (error) {
          if (isRunning() || attempt >= STARTS_MAX) throw error;
        }
      }
    },

    signal(signal: NodeJS.Signals): void {
      child?.kill(signal);
    },

    async kill(): Promise<void> {
      if (!isRunning() || child === undefined) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },

    async stop(): Promise<void> {
      if (!isRunning() || child === undefined) return;
      const gone = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
