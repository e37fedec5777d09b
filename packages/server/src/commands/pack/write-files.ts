import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../kernel/result.ts';

/**
 * Writes files by their paths below a folder, which must be empty or new; with `force` files of these names are
 * replaced and others stay. A link in the way is replaced or refused, never followed. The failure is a sentence.
 */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  { force }: { readonly force: boolean },
): Promise<Result<void, string>> {
  const there = await readdir(folder).catch((error: unknown) =>
    error instanceof Error && 'code' in error && error.code === 'ENOENT' ? [] : undefined,
  );
  if (there === undefined) return fail(`${folder} is no folder that can be read`);
  if (there.length > 0 && !force) return fail(`${folder} is not empty: name another --out, or give --force`);
  try {
    await mkdir(folder, { recursive: true });
    for (const [path, content] of files) {
      const refused = await makeFolders(folder, dirname(path));
      if (refused !== undefined) return fail(`${refused} is no folder`);
      const file = join(folder, path);
      if (force) await rm(file, { force: true });
      await writeFile(file, content, { flag: 'wx' });
    }
  } catch (error) {
    return fail(`${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  return ok(undefined);
}

/** The folders on the way to a file, each a real one. What stands in the way of that. */
async function makeFolders(root: string, path: string): Promise<string | undefined> {
  let folder = root;
  for (const part of path.split('/').filter((one) => one !== '.')) {
    folder = join(folder, part);
    await mkdir(folder).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
    if (!(await lstat(folder)).isDirectory()) return folder;
  }
  return undefined;
}
