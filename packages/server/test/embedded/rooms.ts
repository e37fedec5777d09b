// Temporary places for clones and data, removed with everything that still runs in them; and who we are.
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { killAll } from './latchkey-process.ts';

export const amRoot = process.getuid?.() === 0;

const rooms: string[] = [];

/** Where every user can enter. */
export async function makeRoom(parent = tmpdir(), mode = 0o755): Promise<string> {
  const room = await mkdtemp(join(parent, 'latchkey-test-'));
  rooms.push(room);
  await chmod(room, mode);
  return room;
}

/** For afterEach: no process and no directory outlives its test. */
export async function clearRooms(): Promise<void> {
  killAll();
  for (const room of rooms.splice(0)) {
    await killServersIn(room);
    await rm(room, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function killServersIn(room: string): Promise<void> {
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(room)) kill(Number(name));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** Skips with a word on how to have it run; on CI nothing may be missing. */
export function skipOrFail(ctx: TestContext, what: string, how: string): never {
  const line = `SKIPPED: ${what} (install: ${how})`;
  if (process.env['CI'] === 'true') throw new Error(line);
  return ctx.skip(line);
}

export function needRoot(ctx: TestContext): void {
  if (!amRoot) skipOrFail(ctx, 'this case needs root', 'run the tests as root');
}

/** An ordinary user: ourselves, or when we are root the account `nobody`. */
export async function ordinaryUser(ctx: TestContext): Promise<{ uid: number; gid: number } | undefined> {
  if (!amRoot) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8');
  const fields =
    passwd
      .split('\n')
      .find((line) => line.startsWith('nobody:'))
      ?.split(':') ?? [];
  const user = { uid: Number(fields[2]), gid: Number(fields[3]) };
  const reaches = fields.length > 3 && spawnSync(process.execPath, ['--version'], user).status === 0;
  if (!reaches) {
    skipOrFail(ctx, 'no ordinary user can run this node', 'an account "nobody" and node outside /root');
  }
  return user;
}

/** Not what `kill(pid, 0)` says: an orphan that nobody asks about stays as a zombie. */
export async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z ');
  return !status.includes(') Z ');
}

/** The user that a process runs as. */
export async function uidOf(pid: number): Promise<number> {
  return (await stat(`/proc/${pid}`)).uid;
}

export async function postmasterPid(cluster: string): Promise<number> {
  return Number((await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}
