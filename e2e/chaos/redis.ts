// A Redis of our own on a port that stays.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../packages/server/test/support/free-port.ts';

const READY_MS_MAX = 20_000;
const PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'];

export type ChaosRedis = Awaited<ReturnType<typeof startRedis>>;

export const redisProgram = (): string | undefined => PLACES.find((path) => existsSync(path));

/** Nothing on disk: what it counts is good for a minute. */
export async function startRedis(program: string) {
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(
      program,
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {
        stdio: 'ignore',
      },
    );
    const startedMs = performance.now();
    while (!(await accepts(port))) {
      if (performance.now() - startedMs > READY_MS_MAX) throw new Error('redis-server does not start');
      await pause(10);
    }
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    stop: kill,
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
