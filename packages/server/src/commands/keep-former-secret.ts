import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';

const PREFIX = 'secret.former-';

/**
 * Leaves the secret that ends now in a file beside its successor, and says where: backups from before open with it alone.
 * One that was kept already stays where it is, and no other is overwritten.
 */
export async function keepFormerSecret(
  dataDir: string,
  { clock, secret }: { clock: Clock; secret: string },
): Promise<string> {
  for (const name of await readdir(dataDir)) {
    const path = join(dataDir, name);
    if (name.startsWith(PREFIX) && (await readFile(path, 'utf8')).trim() === secret) return path;
  }
  // 20261123T154500Z: in the order of time, and good in any file system.
  const endedAt = new Date(clock.nowMs()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const path = join(dataDir, `${PREFIX}${endedAt}`);
  await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return path;
}
