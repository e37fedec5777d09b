// A second process beside the one that owns the server: it only connects, as the app's role. The lock stays where it is.
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { APP_USER, readPasswords } from './initialise.ts';
import { readPointer } from './pointer.ts';
import { readPostmaster } from './postmaster-file.ts';

/**
 * The URL of the embedded server that runs for this data directory; undefined: none is running. It starts nothing, owns
 * nothing and changes nothing. Throws a system error where the directory cannot be read: it is another account's.
 */
export async function findRunning(wantedDataDir: string): Promise<string | undefined> {
  const dataDir = await realpath(wantedDataDir).catch(() => undefined);
  if (dataDir === undefined) return undefined;
  const cluster = join(await homeOf(dataDir), 'postgres');
  const state = await readPostmaster(cluster);
  if (state.is !== 'live' || state.postmaster.status !== 'ready') return undefined;
  const { app } = await readPasswords(cluster);
  return `postgres://${APP_USER}:${app}@127.0.0.1:${state.postmaster.port}/postgres`;
}

/** A copy of a directory has the pointer of the original, whose database is not the copy's. */
async function homeOf(dataDir: string): Promise<string> {
  const here = await stat(join(dataDir, 'postgres')).catch(() => undefined);
  if (here !== undefined) return dataDir;
  const pointer = await readPointer(dataDir);
  return pointer?.madeFor === dataDir ? pointer.home : dataDir;
}
