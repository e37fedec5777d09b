// A PostgreSQL of our own on a port that stays, which can be killed, frozen, started again and told to be slow.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import {
  ADMIN_USER,
  APP_USER,
  initialise,
  readPasswords,
} from '../../packages/server/src/store/embedded/initialise.ts';
import { place } from '../../packages/server/src/store/embedded/placement.ts';
import { findPlatformPackage } from '../../packages/server/src/store/embedded/platform-package.ts';
import { preparePrograms } from '../../packages/server/src/store/embedded/programs.ts';
import {
  spawnPostmaster,
  type SpawnedPostmaster,
} from '../../packages/server/src/store/embedded/spawn-postmaster.ts';
import type { Result } from '../../packages/server/src/kernel/result.ts';

const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;

export type ChaosDatabase = Awaited<ReturnType<typeof startDatabase>>;

/** Without `fsync` nothing is durable, a kill included: for one that nothing happens to. The folder must be passable for PostgreSQL's account. */
export async function startDatabase(folder: string, { fsync = true }: { fsync?: boolean } = {}) {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const placement = good(
    await place(join(folder, 'data'), { systemDir: join(folder, 'system'), say: () => {} }),
  );
  const programs = good(await preparePrograms(good(await findPlatformPackage()), placement));
  good(await initialise(placement, programs, { fsync }));
  const passwords = await readPasswords(placement.cluster);
  const port = await freePort();
  const logPath = join(placement.home, 'postgresql.log');
  const urlOf = (user: string, password: string) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;
  const adminUrl = urlOf(ADMIN_USER, passwords.admin);
  let postmaster: SpawnedPostmaster | undefined;
  let frozen: number[] = [];

  /** Of this server, the postmaster first: nobody is born after it was stopped. */
  function pids(): number[] {
    const parent = postmaster?.pid ?? 0;
    return parent === 0 ? [] : [parent, ...childrenOf(parent)];
  }

  function signalAll(signal: NodeJS.Signals): number[] {
    const [parent, ...rest] = pids();
    if (parent === undefined) return [];
    send(parent, signal);
    // Again: one may have been born between the look and the signal.
    const all = new Set([...rest, ...childrenOf(parent)]);
    for (const pid of all) send(pid, signal);
    return [parent, ...all];
  }

  /** Resolves when it answers. The milliseconds from its start. */
  async function start(): Promise<number> {
    const startedMs = performance.now();
    while (performance.now() - startedMs < READY_MS_MAX) {
      if (postmaster === undefined || postmaster.ended() !== undefined)
        postmaster = await spawnPostmaster(placement, programs, {
          logPath,
          port,
          fsync,
          stalePid: stalePidIn(placement.cluster),
        });
      if (await answers(adminUrl)) return performance.now() - startedMs;
      await pause(20);
    }
    throw new Error(`the database does not start: ${tailOf(logPath)}`);
  }

  await start();
  return {
    url: urlOf(APP_USER, passwords.app),
    port,
    folder,
    start,
    pids,

    /** Whether its processes are there. */
    isUp: () => postmaster !== undefined && postmaster.ended() === undefined,

    /** `kill -9` of the postmaster and all that belong to it; resolves when none is left. */
    async kill(): Promise<void> {
      const killed = signalAll('SIGKILL');
      while (killed.some(lives)) await pause(5);
    },

    freeze(): void {
      frozen = signalAll('SIGSTOP');
    },
    thaw(): void {
      for (const pid of frozen) send(pid, 'SIGCONT');
      frozen = [];
    },

    /** As the superuser, on a connection of its own. */
    async admin<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
      const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    },

    async stop(): Promise<void> {
      for (const pid of frozen) send(pid, 'SIGCONT');
      const all = pids();
      if (postmaster !== undefined && postmaster.ended() === undefined) send(postmaster.pid, 'SIGINT');
      const startedMs = performance.now();
      while (all.some(lives) && performance.now() - startedMs < STOP_MS_MAX) await pause(10);
      for (const pid of all.filter(lives)) send(pid, 'SIGKILL');
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  return statOf(pid)?.parent;
}

function statOf(pid: string): { state: string; parent: number } | undefined {
  try {
    // The name may hold spaces and stands in brackets.
    const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** A zombie is dead. */
export function lives(pid: number): boolean {
  const stat = statOf(String(pid));
  return stat !== undefined && !/[ZX]/.test(stat.state);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended a moment ago.
  }
}

function stalePidIn(cluster: string): number | undefined {
  try {
    const pid = Math.abs(Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function tailOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-2000);
  } catch {
    return '';
  }
}

function good<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Runs a program of the system; what it said is in the error where it fails. */
export async function run(file: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(file, args, { env: { PATH: process.env['PATH'] ?? '', ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ok: code === 0, output };
}
