import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vitest/config';

const TOOLS = join(import.meta.dirname, '../packages/tools');
const BUILT = join(TOOLS, 'dist/worker/compile-worker.js');
const STARTER = '/packages/tools/src/worker/compile-in-worker.ts';
const BESIDE_IT = 'new URL(`compile-worker${import.meta.url.slice(-3)}`, import.meta.url)';

/**
 * The threads that compile documents run what was built, if nothing has changed since: the source needs a compiler of
 * its own in each of the hundreds that a run of the tests starts, which takes several times as long as what it is for.
 */
export function builtCompiler(): Plugin {
  return {
    name: 'built-compiler',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith(STARTER) || !isBuilt()) return undefined;
      if (!code.includes(BESIDE_IT))
        throw new Error(`${STARTER} no longer says where its thread's program is`);
      return {
        code: code.replace(BESIDE_IT, `new URL(${JSON.stringify(pathToFileURL(BUILT).href)})`),
        map: null,
      };
    },
  };
}

function isBuilt(): boolean {
  if (!existsSync(BUILT)) return false;
  const builtMs = statSync(BUILT).mtimeMs;
  const sources = readdirSync(join(TOOLS, 'src'), { recursive: true, encoding: 'utf8' });
  return sources.every(
    (name) => name.includes('.test.') || statSync(join(TOOLS, 'src', name)).mtimeMs < builtMs,
  );
}
