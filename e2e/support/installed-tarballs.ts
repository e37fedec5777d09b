import { execFile } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

/** Our packages that are published, by the folder that they are in. */
export type PublishedPackage = 'tools' | 'doctor' | 'server';

export interface Installed {
  readonly folder: string;
  /** The path of a program that came with them. Fails if there is none. */
  bin(name: string): Promise<string>;
  /** What the folder holds, in bytes: ours and all that they need. */
  bytes(): Promise<number>;
  remove(): Promise<void>;
}

const packedSchema = z.tuple([
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
]);
const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()).optional() });

/** Where the packages live, by the name under which others depend on them. */
const WORKSPACES: Readonly<Record<string, PublishedPackage>> = {
  '@latchkey/tools': 'tools',
  'latchkey-doctor': 'doctor',
  latchkey: 'server',
};

/**
 * Packs packages as publishing would (`npm run build` comes first) and installs the tarballs, with those of ours that
 * they need, into an empty folder. What others made comes from npm's cache, or from the registry.
 */
export async function installTarballs(...wanted: readonly PublishedPackage[]): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-installed-'));
  const packages = await withOurs(wanted);
  const tarballs = await Promise.all(packages.map((name) => packPackage(name, folder)));
  return installFiles(folder, tarballs);
}

/** Installs tarballs that lie there already. */
export async function installFiles(folder: string, tarballs: readonly string[]): Promise<Installed> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true }));
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--fetch-retries=6'];
  await run('npm', ['install', '--prefer-offline', '--omit=dev', ...quiet, ...tarballs], { cwd: folder });
  return {
    folder,
    async bin(name) {
      const path = join(folder, 'node_modules', '.bin', name);
      await access(path);
      return path;
    },
    bytes: () => sizeOf(join(folder, 'node_modules')),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The tarball of a package of ours, in that folder. */
export async function packPackage(name: PublishedPackage, folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: folderOf(name),
    maxBuffer: 32 * 1024 * 1024,
  });
  const [{ filename, files }] = packedSchema.parse(JSON.parse(stdout));
  if (!files.some(({ path }) => path.startsWith('dist/')))
    throw new Error(`packages/${name} is not built: npm run build`);
  return join(folder, filename);
}

/** With those of ours that they depend on. */
async function withOurs(wanted: readonly PublishedPackage[]): Promise<PublishedPackage[]> {
  const all = new Set<PublishedPackage>();
  const add = async (name: PublishedPackage): Promise<void> => {
    if (all.has(name)) return;
    all.add(name);
    const text = await readFile(join(folderOf(name), 'package.json'), 'utf8');
    const { dependencies = {} } = manifestSchema.parse(JSON.parse(text));
    const needed = Object.keys(dependencies).flatMap((dependency) => WORKSPACES[dependency] ?? []);
    await Promise.all(needed.map(add));
  };
  await Promise.all(wanted.map(add));
  return [...all];
}

function folderOf(name: PublishedPackage): string {
  return fileURLToPath(new URL(`../../packages/${name}`, import.meta.url));
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name));
      return found.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
