import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a process lives: nobody else may read it, and nothing of another process is in it. */
export interface Folder {
  readonly home: string;
  readonly temporary: string;
  remove(): Promise<void>;
}

export async function createFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-stdio-'));
  const home = join(path, 'home');
  const temporary = join(path, 'tmp');
  await mkdir(home, { mode: 0o700 });
  await mkdir(temporary, { mode: 0o700 });
  return { home, temporary, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
