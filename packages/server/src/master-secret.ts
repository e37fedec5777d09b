import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomToken } from './kernel/secret.ts';

/** LATCHKEY_SECRET, or the one in the data directory, made there (mode 0600) at the first start. */
export async function readMasterSecret(configured: string | undefined, dataDir: string): Promise<string> {
  if (configured !== undefined) return configured;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'secret');
  try {
    // `wx` fails if it is there: two first starts at once end with one secret.
    await writeFile(path, `${randomToken()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  await chmod(path, 0o600);
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret === '')
    throw new Error(`${path} is empty: restore it from a backup, or remove it to start anew`);
  return secret;
}

/** The same for who must not begin a new one: undefined if there is none yet. */
export async function findMasterSecret(
  configured: string | undefined,
  dataDir: string,
): Promise<string | undefined> {
  if (configured !== undefined) return configured;
  const text = await readFile(join(dataDir, 'secret'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trim() === '' ? undefined : text.trim();
}
