import { readFile, rename, writeFile } from 'node:fs/promises';
import { lockOf, readLock, type Catalogue, type NameLock } from '@latchkey/tools';
import { systemClock } from '../../kernel/clock.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** The lock as it is now; undefined where the file is yet to be written. The failure is a sentence. */
export async function readLockFile(path: string): Promise<Result<NameLock | undefined, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isAbsent ? ok(undefined) : fail(`${path} cannot be read`);
  }
  const lock = readLock(text, systemClock.nowMs());
  return lock.ok ? lock : fail(`${path}: ${lock.error}`);
}

/** Whole or not at all: a lock that is cut off would lose names. */
export async function writeLockFile(
  path: string,
  catalogue: Catalogue,
  previous: NameLock | undefined,
): Promise<void> {
  const lock = lockOf(catalogue, previous, systemClock.nowMs());
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(lock, undefined, 2)}\n`);
  await rename(draft, path);
}
