// Puts what the compiler leaves behind (styles, a script, icons, documents, SQL) beside the compiled code.
import { cp, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ASSETS = new Set(['.css', '.js', '.svg', '.ico', '.png', '.yaml', '.sql']);
const root = fileURLToPath(new URL('..', import.meta.url));

await cp(`${root}src`, `${root}dist`, {
  recursive: true,
  filter: async (source) => (await stat(source)).isDirectory() || ASSETS.has(extname(source)),
});
