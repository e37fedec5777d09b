import { readFile } from 'node:fs/promises';
import { installedFor, type Lock } from './lock.ts';
import { PUBLISHED } from './published.ts';
import { isAllowed } from './spdx.ts';

/** What may be shipped, or installed with what we ship: licences that ask for their notice to be kept, and no more. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Unlicense',
]);

/** Of packages whose package.json does not say it in the field of today: what their LICENSE file says. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  'node_modules/busboy 1.6.0': 'MIT',
  'node_modules/streamsearch 1.1.0': 'MIT',
};

const PORTAL = 'packages/web';
const HAS_PORTAL = 'packages/server';
/** Of the portal's development dependencies those that build it; the others are built into it. */
const BUILDS_PORTAL = /^(?:@types\/|@vitejs\/|vite$)/;

export interface Licences {
  /** Packages with a licence, by licence. */
  readonly counts: ReadonlyMap<string, number>;
  /** Sentences: what has no licence, or one that is not allowed. */
  readonly faults: readonly string[];
}

/** What is installed with a published package, and what is built into it. */
export function shippedWith(lock: Lock, folder: string): string[] {
  const { dependencies = {}, optionalDependencies = {} } = lock[folder] ?? {};
  const own = { from: folder, names: [...Object.keys(dependencies), ...Object.keys(optionalDependencies)] };
  const built = Object.keys(lock[PORTAL]?.devDependencies ?? {}).filter((name) => !BUILDS_PORTAL.test(name));
  return installedFor(lock, folder === HAS_PORTAL ? [own, { from: PORTAL, names: built }] : [own]);
}

/** The licences of everything that is shipped. */
export function checkLicences(lock: Lock): Licences {
  const counts = new Map<string, number>();
  const faults: string[] = [];
  for (const place of new Set(PUBLISHED.flatMap((folder) => shippedWith(lock, folder)))) {
    const { license: declared, version = '' } = lock[place] ?? {};
    const license = declared ?? READ_BY_HAND[`${place} ${version}`];
    if (license !== undefined) counts.set(license, (counts.get(license) ?? 0) + 1);
    if (license === undefined || !isAllowed(license, ALLOWED)) {
      faults.push(`${place} ${version}: ${license ?? 'no licence'}`);
    }
  }
  return { counts, faults };
}

export async function readLock(): Promise<Lock> {
  const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { packages: Lock }).packages;
}
