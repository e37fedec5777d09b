// The note left in the data directory when the database had to move, so that people (and the next start) find it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const POINTER_NAME = 'where-is-postgres.txt';

export interface Pointer {
  /** The directory that holds the database. */
  readonly home: string;
  /** The data directory it was made for: a copy of that directory must not share the database. */
  readonly madeFor: string;
}

export async function writePointer(dataDir: string, home: string, why: string): Promise<void> {
  const lines = [
    'Latchkey keeps the database of this directory in',
    home,
    'It was made for',
    dataDir,
    `and is not here because ${why}.`,
  ];
  await writeFile(join(dataDir, POINTER_NAME), `${lines.join('\n')}\n`);
}

export async function readPointer(dataDir: string): Promise<Pointer | undefined> {
  const text = await readFile(join(dataDir, POINTER_NAME), 'utf8').catch(() => '');
  const [, home, , madeFor] = text.split('\n');
  if (home === undefined || madeFor === undefined || !home.startsWith('/')) return undefined;
  return { home, madeFor };
}
