import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fail, ok, type Result } from '../../kernel/result.ts';

export interface Tree {
  /** By their paths from the root, with slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly entry: string;
}

const FILES_MAX = 20_000;
const BYTES_MAX = 256 * 1024 * 1024;
const ENTRIES_MAX = 200_000;
const IS_DOCUMENT = /\.(?:json|ya?ml)$/i;
const SKIPPED_FOLDERS = new Set(['node_modules', '.git']);

/**
 * The documents in the folder of an entry, or in `root`. Symbolic links are not followed, so nothing outside is read.
 * The failure is a sentence.
 */
export async function readTree(entry: string, root: string | undefined): Promise<Result<Tree, string>> {
  const entryPath = await realpath(resolve(entry)).catch(() => undefined);
  if (entryPath === undefined || !(await stat(entryPath)).isFile()) return fail(`${entry} cannot be read`);
  const rootPath =
    root === undefined ? dirname(entryPath) : await realpath(resolve(root)).catch(() => undefined);
  if (rootPath === undefined) return fail(`${root} cannot be read`);
  const nameOf = (path: string): string => relative(rootPath, path).split(sep).join('/');
  if (nameOf(entryPath).startsWith('../')) return fail(`${entry} is not in ${root}`);

  const files = new Map<string, Uint8Array>();
  const folders = [rootPath];
  let seen = 0;
  let bytes = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const items = await readdir(folder, { withFileTypes: true });
    seen += items.length;
    if (seen > ENTRIES_MAX)
      return fail(`${rootPath} has more than ${ENTRIES_MAX} files; name a smaller --root`);
    for (const item of items) {
      const path = join(folder, item.name);
      if (item.isDirectory() && !SKIPPED_FOLDERS.has(item.name)) folders.push(path);
      if (!item.isFile() || (path !== entryPath && !IS_DOCUMENT.test(item.name))) continue;
      bytes += (await stat(path)).size;
      if (files.size >= FILES_MAX || bytes > BYTES_MAX) {
        return fail(
          `${rootPath} has more than ${FILES_MAX} documents, or more than ${BYTES_MAX / 1024 / 1024} MB of them; name a smaller --root`,
        );
      }
      files.set(nameOf(path), await readFile(path));
    }
  }
  return ok({ files, entry: nameOf(entryPath) });
}
