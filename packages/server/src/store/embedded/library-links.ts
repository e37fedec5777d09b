// The links that the package's install script would have made: npm may have been told not to run install scripts.
import { lstat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { LibraryLink } from './platform-package.ts';

/** Makes what is missing. Answers whether all links stand: false where the directory cannot be written. */
export async function makeLibraryLinks(nativeDir: string, links: readonly LibraryLink[]): Promise<boolean> {
  let complete = true;
  for (const link of links) {
    const target = join(nativeDir, link.target);
    if (await exists(target)) continue;
    // A second process may make the same link at the same moment, so only what stands afterwards counts.
    await symlink(relative(dirname(link.target), link.source), target).catch(() => undefined);
    complete &&= await exists(target);
  }
  return complete;
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
