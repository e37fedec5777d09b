import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';

const POLL_MS = 100;

/**
 * What whoever asks first builds for all files of the run: `build` fills the folder that it is given. All get the same
 * folder, which goes with the run, or the same fault.
 */
export async function builtOnce(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const place = join(inject('buildsPlace'), name);
  const built = join(place, 'built');
  const fault = join(place, 'fault');
  if (!(await claim(place))) return waitFor(built, fault);
  const folder = join(place, 'building');
  try {
    await build(folder);
    await rename(folder, built);
    return built;
  } catch (error) {
    await writeFile(fault, String(error));
    throw error;
  }
}

/** True for exactly one of all processes. */
async function claim(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function waitFor(built: string, fault: string): Promise<string> {
  for (;;) {
    if (await isThere(built)) return built;
    if (await isThere(fault)) throw new Error(await readFile(fault, 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
