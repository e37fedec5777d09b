// Whether an account can enter a directory, from the modes of the directory and of everything above it.
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunAs } from './account.ts';

/**
 * The first directory on the way to `path` (a real path) that the account cannot enter, or `undefined`.
 * Supplementary groups do not count: they are dropped when the account changes.
 */
export async function firstUnreachable(path: string, account: RunAs): Promise<string | undefined> {
  for (const directory of fromTheRoot(path)) {
    const { mode, uid, gid } = await stat(directory);
    const enter = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) return directory;
  }
  return undefined;
}

function fromTheRoot(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...fromTheRoot(parent), path];
}
