import type { About } from './about.ts';
import type { PackageName } from './package-name.ts';

/** Node that the program needs; what Latchkey itself needs. */
export const NODE_RANGE = '>=20.19';

/** The package.json of a package that a stranger can install: everything that it needs is in it. */
export function packageJsonOf(name: PackageName, about: About, files: readonly string[]): object {
  const { author, homepage, keywords, license, repository, support } = about;
  return {
    name: name.full,
    version: about.version,
    description: about.description,
    keywords: [...new Set(['mcp', 'mcp-server', ...keywords])],
    ...(homepage === undefined ? {} : { homepage }),
    ...(support === undefined
      ? {}
      : { bugs: support.includes('://') ? { url: support } : { email: support } }),
    license: license ?? 'UNLICENSED',
    ...(author === undefined ? {} : { author }),
    ...(repository === undefined ? {} : { repository: { type: 'git', url: repository } }),
    bin: { [name.short]: 'server/main.js' },
    files: [...files],
    type: 'module',
    engines: { node: NODE_RANGE },
    ...(name.full.startsWith('@') ? { publishConfig: { access: 'public' } } : {}),
  };
}
