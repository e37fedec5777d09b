// `npm run spec` prints what we claim; with `--write` it writes docs/standards.md.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderPage, renderTable } from './render.ts';

if (process.argv.includes('--write')) {
  await writeFile(join(import.meta.dirname, '../docs/standards.md'), renderPage());
} else {
  console.log(renderTable());
}
