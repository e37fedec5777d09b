import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const clients = createRequire(new URL('../clients/package.json', import.meta.url));

/** A file of a package of `e2e/clients`, if it is installed. */
export function installedClient(name: string, file: string): string | undefined {
  try {
    const path = join(dirname(clients.resolve(`${name}/package.json`)), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
