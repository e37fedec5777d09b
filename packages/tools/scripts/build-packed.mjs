// Makes the program that `latchkey pack` puts into packages: one file that needs nothing but Node.js, and beside it the
// licences of what is in it, which ask to go wherever it goes.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = new URL('../', import.meta.url);
const out = new URL('dist/packed/', root);
const inNodeModules = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

// undici's own entry brings all of it, fetch and WebSockets too: nothing can be left out of CommonJS.
const usedOfUndici = {
  name: 'used-of-undici',
  resolveId: (id) => (id === 'undici' ? '\0undici' : undefined),
  load: (id) =>
    id === '\0undici'
      ? `export { default as Pool } from 'undici/lib/dispatcher/pool.js';
         export { default as buildConnector } from 'undici/lib/core/connect.js';`
      : undefined,
};

const bundle = await rolldown({
  input: fileURLToPath(new URL('src/pack/program/main.ts', root)),
  platform: 'node',
  treeshake: true,
  plugins: [usedOfUndici],
});
const { output } = await bundle.write({
  file: fileURLToPath(new URL('main.js', out)),
  format: 'esm',
  codeSplitting: false,
  comments: false,
  minify: 'dce-only',
  banner: '#!/usr/bin/env node',
});
await bundle.close();

const [chunk, ...others] = output;
if (others.length > 0) throw new Error('The program is to be one file.');
const folders = new Map();
for (const id of chunk.moduleIds) {
  const found = inNodeModules.exec(id.replaceAll('\\', '/'));
  if (found !== null) folders.set(found[1], found[0]);
}
const parts = [
  'server/main.js is a program of Latchkey, made of the following. Each licence asks to go wherever it goes.',
  section('@latchkey/tools', 'Apache-2.0', await readFile(new URL('LICENSE', root), 'utf8')),
];
for (const [name, folder] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const { license, version } = JSON.parse(await readFile(`${folder}package.json`, 'utf8'));
  parts.push(section(`${name} ${version}`, license, await readFile(`${folder}LICENSE`, 'utf8')));
}
await mkdir(out, { recursive: true });
await writeFile(new URL('THIRD-PARTY-NOTICES.txt', out), `${parts.join('\n\n')}\n`);

function section(name, license, text) {
  return `${'-'.repeat(78)}\n${name} (${license})\n\n${text.trim()}`;
}
