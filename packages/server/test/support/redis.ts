import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';

export const NO_REDIS = 'SKIPPED: redis-server (install: apt-get install redis-server)';

export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export interface RunningRedis {
  readonly url: string;
  /** It holds everything, and answers nothing. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** On the same port, without what it knew. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/** A real Redis on a port of its own, with a password; by TLS alone, with a certificate for `localhost`. */
export async function startRedis(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-redis-'));
  const port = await freePort();
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  if (tls !== undefined) await Promise.all([writeFile(keyFile, tls.key), writeFile(certFile, tls.cert)]);
  const certified = ['--tls-key-file', keyFile, '--tls-cert-file', certFile, '--tls-auth-clients', 'no'];
  const listening =
    tls === undefined ? ['--port', String(port)] : ['--port', '0', '--tls-port', String(port), ...certified];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const nothingKept = ['--save', '', '--appendonly', 'no'];
    child = spawn(
      'redis-server',
      ['--bind', '127.0.0.1', ...listening, '--requirepass', PASSWORD, ...nothingKept],
      { cwd: folder, stdio: 'ignore' },
    );
    await vi.waitFor(() => answers(port), { timeout: 20_000, interval: 20 });
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  await start();
  return {
    url:
      tls === undefined
        ? `redis://:${PASSWORD}@127.0.0.1:${port}/0`
        : `rediss://:${PASSWORD}@localhost:${port}/0`,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    startAgain: start,
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const PASSWORD = 'the-password-of-redis';

async function answers(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
