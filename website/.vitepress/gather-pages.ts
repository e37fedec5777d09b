import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = fileURLToPath(new URL('../pages/', import.meta.url));

/** What of the repository is on the site, at the same places: so links between pages are the same here and there. */
export const GATHERED: readonly string[] = [
  'docs',
  'CHANGELOG.md',
  'SECURITY.md',
  'ARCHITECTURE.md',
  'CONVENTIONS.md',
  'bench/README.md',
  'fuzz/README.md',
];

/** Copies the pages beside the modules that make a site of them, which would not be found from where they are. */
export function gatherPages(): void {
  rmSync(PAGES, { recursive: true, force: true });
  mkdirSync(PAGES);
  for (const path of GATHERED) cpSync(ROOT + path, PAGES + path, { recursive: true });
  cpSync(`${ROOT}website/index.md`, `${PAGES}index.md`);
}
