// Reads postmaster.pid, which PostgreSQL writes into its directory while it runs, and says whether it still holds.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'ready' | 'stopping';
}

export type PostmasterState =
  | { readonly is: 'absent' }
  /** Nobody removed the file. `pid` may be another program's by now. */
  | { readonly is: 'stale'; readonly pid: number }
  | { readonly is: 'live'; readonly postmaster: Postmaster };

export async function readPostmaster(cluster: string): Promise<PostmasterState> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return { is: 'absent' };
  const lines = text.split('\n');
  const pid = Math.abs(Number(lines[0]));
  // The file is written in several steps; a start that got no further than this has not begun.
  if (!Number.isSafeInteger(pid) || pid === 0) return { is: 'stale', pid: 0 };
  if (!(await isPostmasterIn(await identityOf(cluster), pid))) return { is: 'stale', pid };
  const word = (lines[7] ?? '').trim();
  const status = word === 'ready' || word === 'stopping' ? word : 'starting';
  return { is: 'live', postmaster: { pid, port: Number(lines[3]), status } };
}

export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // A killed process keeps its id until its parent asks for it, and some parents never do.
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^\d+ \(.*\) [ZX] /s.test(status);
}

/** What a directory is, whatever its path: it may be renamed or deleted while the server works in it. */
export async function identityOf(directory: string): Promise<string | undefined> {
  const found = await stat(directory, { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

/**
 * Process ids are used again (in a container, nearly always the same ones), so a live pid proves nothing. PostgreSQL
 * works in its data directory: where /proc tells us, that is the proof. Elsewhere a live pid has to do.
 */
export async function isPostmasterIn(directory: string | undefined, pid: number): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  if (process.platform !== 'linux') return true;
  // Not to be seen for a zombie, which is no server, and for somebody else's process, which is not ours.
  const workingDirectory = await identityOf(`/proc/${pid}/cwd`);
  return workingDirectory !== undefined && workingDirectory === directory;
}
