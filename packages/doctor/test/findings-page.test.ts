import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { toPage } from '../../../bench/doctor/findings-page.ts';
import { examineWith } from './support.ts';

const OXFMT = fileURLToPath(new URL('../../../node_modules/.bin/oxfmt', import.meta.url));

test('what was seen is on the page as it was, after the formatter too', async () => {
  const report = await examineWith('not-acceptable');
  const folder = await mkdtemp(join(tmpdir(), 'doctor-page-'));
  const path = join(folder, 'page.md');
  await writeFile(path, toPage([{ title: 'One', about: 'It.', runs: [{ how: 'Signed in', report }] }]));
  await promisify(execFile)(OXFMT, [path]);
  const page = await readFile(path, 'utf8');
  await rm(folder, { recursive: true });
  expect(page).toContain(String.raw`Accept: \*/\*`);
});
