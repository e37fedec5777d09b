import { readdir, readFile } from 'node:fs/promises';
import { ROOT, type Manifest } from './published.ts';
import { isStale } from './stale.ts';

const TESTS = /(?:^|\/)(?:test|tests|fixtures)\/|\.test\.|\.tsbuildinfo$|(?:^|\/)\.|(?:^|\/)tsconfig/;
const DASHBOARD = /(?:src|href)="\/app\/([^"]+)"/g;

/** What should not be in a package of a folder, and what is missing there: sentences. */
export async function contentFaults(
  folder: string,
  manifest: Manifest,
  files: ReadonlySet<string>,
): Promise<string[]> {
  const wanted = [...commonlyWanted(manifest), ...(await wantedOf(folder))];
  return [
    ...[...files].filter((path) => TESTS.test(path)).map((path) => `${path} is no part of a release`),
    ...[...files].filter((path) => isStale(folder, path)).map((path) => `${path} has no source: build again`),
    ...[...new Set(wanted)].filter((path) => !files.has(path)).map((path) => `${path} is missing`),
  ];
}

function commonlyWanted({ bin = {}, exports = {} }: Manifest): string[] {
  const named = [...Object.values(bin), ...Object.values(exports).flatMap((one) => Object.values(one))];
  return ['package.json', 'README.md', 'LICENSE', ...named.map((path) => path.replace(/^\.\//, ''))];
}

async function wantedOf(folder: string): Promise<string[]> {
  if (folder === 'packages/tools') {
    return ['dist/worker/compile-worker.js', 'dist/packed/main.js', 'dist/packed/THIRD-PARTY-NOTICES.txt'];
  }
  if (folder !== 'packages/server') return [];
  const here = `${ROOT}${folder}/`;
  const index = await readFile(`${here}dist/web/index.html`, 'utf8').catch(() => '');
  const migrations = await readdir(`${here}migrations`, { recursive: true, withFileTypes: true });
  return [
    ...migrations
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(here.length)),
    'dist/cli.js',
    'dist/bundle/cli.js',
    'dist/bundle/compile-worker.js',
    'dist/pages/assets/pages.css',
    'dist/web/index.html',
    'dist/web/licences.md',
    ...[...index.matchAll(DASHBOARD)].map(([, path = '']) => `dist/web/${path}`),
    'dist/demo/reelport/openapi.yaml',
  ];
}
