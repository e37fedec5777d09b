import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly repository?: { readonly url: string; readonly directory: string };
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly engines?: Readonly<Record<string, string>>;
}

/** What goes to npm, in the order in which it is published: nothing depends on what comes later. */
export const PUBLISHED = ['packages/tools', 'packages/doctor', 'packages/server'] as const;

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(`${ROOT}${folder}/package.json`, 'utf8')) as Manifest;
}
