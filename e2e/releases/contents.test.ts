import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { contentFaults } from '../../scripts/release/contents.ts';
import { packPackage } from '../../scripts/release/pack-package.ts';
import { readManifest, ROOT } from '../../scripts/release/published.ts';

// What `npm run release:check` finds, shown on lists of files as npm would pack them; `npm test` builds first.
const SERVER = 'packages/server';

async function faultsWith(change: (files: Set<string>) => void): Promise<string[]> {
  const files = new Set((await packPackage(SERVER)).files);
  change(files);
  return contentFaults(SERVER, await readManifest(SERVER), files);
}

test('a test, a file without a source and a migration that is missing are each named, and nothing else', async () => {
  const [migration = ''] = (await readdir(`${ROOT}${SERVER}/migrations`)).filter((name) =>
    name.endsWith('.sql'),
  );
  expect(migration).not.toBe('');
  expect(await faultsWith(() => {})).toEqual([]);
  const faults = await faultsWith((files) => {
    files.add('dist/planted.test.js');
    files.add('dist/once/there.js');
    files.delete(`migrations/${migration}`);
  });
  expect(faults).toEqual([
    'dist/planted.test.js is no part of a release',
    'dist/planted.test.js has no source: build again',
    'dist/once/there.js has no source: build again',
    `migrations/${migration} is missing`,
  ]);
});
