import { existsSync } from 'node:fs';
import { ROOT } from './published.ts';

/** What the compiler leaves, but for what is put together of many files. */
const COMPILED = /^dist\/(?!web\/|packed\/|bundle\/)(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/;
const SOURCES = ['.ts', '.tsx', '.js', '.mjs'];

/** Whether a file of a package was compiled of a source that is no longer there. */
export function isStale(folder: string, path: string): boolean {
  const [, name] = COMPILED.exec(path) ?? [];
  if (name === undefined) return false;
  return !SOURCES.some((extension) => existsSync(`${ROOT}${folder}/src/${name}${extension}`));
}
