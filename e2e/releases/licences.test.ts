import { expect, test } from 'vitest';
import { checkLicences, readLock } from '../../scripts/release/licences.ts';
import { isAllowed } from '../../scripts/release/spdx.ts';

const MIT_AND_ISC = new Set(['MIT', 'ISC']);

test('everything that is shipped or installed with what we publish has a licence that asks for its notice alone', async () => {
  const { counts, faults } = checkLicences(await readLock());
  expect(faults).toEqual([]);
  expect(counts.get('MIT')).toBeGreaterThan(20);
});

test('a copyleft licence is refused wherever it comes in', () => {
  const lock = {
    'packages/tools': { dependencies: { first: '1.0.0' } },
    'packages/doctor': {},
    'packages/server': { optionalDependencies: { native: '1.0.0' } },
    'packages/web': { devDependencies: { vite: '1.0.0', shown: '1.0.0' } },
    'node_modules/first': { version: '1.0.0', license: 'MIT', dependencies: { second: '1.0.0' } },
    'node_modules/second': { version: '2.0.0', license: 'MIT' },
    'node_modules/first/node_modules/second': { version: '1.0.0', license: 'GPL-3.0-only' },
    'node_modules/native': { version: '1.0.0', license: 'LGPL-3.0-or-later' },
    'node_modules/vite': { version: '1.0.0', license: 'MPL-2.0' },
    'node_modules/shown': { version: '1.0.0', peerDependencies: { peer: '1.0.0' } },
    'node_modules/peer': { version: '1.0.0', license: 'AGPL-3.0' },
  };
  expect(checkLicences(lock).faults).toEqual([
    'node_modules/first/node_modules/second 1.0.0: GPL-3.0-only',
    'node_modules/native 1.0.0: LGPL-3.0-or-later',
    'node_modules/peer 1.0.0: AGPL-3.0',
    'node_modules/shown 1.0.0: no licence',
  ]);
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['GPL-3.0-only OR ISC', true],
  ['MIT AND ISC', true],
  ['MIT AND (ISC OR GPL-2.0)', true],
  ['MIT AND GPL-2.0', false],
  ['GPL-2.0', false],
  ['ISC WITH Some-exception', false],
  ['SEE LICENSE IN LICENSE', false],
  ['UNLICENSED', false],
  ['(MIT', false],
  ['MIT)', false],
  ['', false],
])('the expression %s: %s', (expression, allowed) => {
  expect(isAllowed(expression, MIT_AND_ISC)).toBe(allowed);
});
