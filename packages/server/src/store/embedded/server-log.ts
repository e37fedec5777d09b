// PostgreSQL's own log: one file beside its directory, opened by us and inherited, so that the server can go on
// writing when we die. Kept short by the process that owns the server.
import { copyFile, open, stat, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunAs } from './account.ts';

const LOG_BYTES_MAX = 8 * 1024 * 1024;
const TAIL_BYTES = 4_000;
const TRIM_INTERVAL_MS = 60_000;

export function logPathOf(home: string): string {
  return join(home, 'postgres.log');
}

/** For the child to inherit. Appending, so that trimming the file under a running server is safe. */
export async function openLog(
  logPath: string,
  owner: RunAs | undefined,
): Promise<{ handle: FileHandle; offset: number }> {
  const handle = await open(logPath, 'a', 0o600);
  await handle.chmod(0o600);
  // Whoever owns the data can read its log, also when Latchkey is not started by root the next time.
  if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
  return { handle, offset: (await handle.stat()).size };
}

/** The last lines written since `offset`, or nothing: the log explains a fault and must not become one. */
export function readTail(logPath: string, offset = 0): Promise<string> {
  return read(logPath, offset).catch(() => '');
}

async function read(logPath: string, offset: number): Promise<string> {
  const handle = await open(logPath, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(offset, size - TAIL_BYTES);
    if (start >= size) return '';
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.subarray(0, bytesRead).toString('utf8').trim();
  } finally {
    await handle.close();
  }
}

/** Keeps the log below two times 8 MB while we own the server; answers how to end that. */
export function keepLogShort(logPath: string): () => void {
  const timer = setInterval(() => void trim(logPath).catch(() => undefined), TRIM_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function trim(logPath: string): Promise<void> {
  const { size } = await stat(logPath);
  if (size < LOG_BYTES_MAX) return;
  await copyFile(logPath, `${logPath}.old`);
  await truncate(logPath, 0);
}
