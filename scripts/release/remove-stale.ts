// Removes what was compiled of sources that are gone: the compiler leaves it, and npm would publish it.
import { readdir, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { PUBLISHED, ROOT } from './published.ts';
import { isStale } from './stale.ts';

for (const folder of PUBLISHED) {
  const here = `${ROOT}${folder}`;
  const entries = await readdir(`${here}/dist`, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    if (isStale(folder, relative(here, path).replaceAll('\\', '/'))) await rm(path, { force: true });
  }
}
