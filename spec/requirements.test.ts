import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkClaims } from './check-claims.ts';
import { ATTACKS } from './attacks.ts';
import { LISTS, renderPage } from './render.ts';
import { STANDARDS } from './requirements.ts';

const root = join(import.meta.dirname, '..');
const readSource = (file: string) => readFile(join(root, file), 'utf8').catch(() => undefined);
const REQUIREMENTS = STANDARDS.flatMap(({ requirements }) => requirements);

test('each thing that we claim has an id of its own and a test that is there and runs', async () => {
  const claims = [...REQUIREMENTS, ...LISTS.flatMap((list) => list.claims)];
  expect(await checkClaims(claims, readSource)).toEqual([]);
});

test('each standard that we name has requirements, under ids that say which standard and section', () => {
  expect(STANDARDS.map(({ id }) => id)).toEqual([
    ...['6749', '6750', '7009', '7523', '7591', '7636', '7662', '8414', '8693'].map(
      (number) => `RFC${number}`,
    ),
    ...['8707', '9068', '9207', '9449', '9700', '9728'].map((number) => `RFC${number}`),
    'CIMD',
    ...['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'].map((revision) => `MCP-${revision}`),
  ]);
  for (const { id: standard, requirements } of STANDARDS) {
    expect(requirements.length).toBeGreaterThan(0);
    for (const { id, section } of requirements) {
      const numbered = /^[\d.]+$/.test(section) && !standard.startsWith('MCP');
      expect(id).toMatch(numbered ? new RegExp(`^${standard}-${section}-[a-z0-9-]+$`) : /^[\w.-]+$/);
      expect(id.startsWith(`${standard}-`)).toBe(true);
    }
  }
});

/** Numbers that were given, from the first to the last of each row. A number keeps its meaning, and none is given twice. */
const ATTACK_NUMBERS = [
  [1, 106],
  [130, 133],
  [140, 147],
  [150, 153],
  [160, 164],
  [170, 175],
  [180, 183],
] as const;

test('each attack that has a number is there, once', () => {
  const given = ATTACK_NUMBERS.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => `attack-${first + index}`),
  );
  expect(ATTACKS.map(({ id }) => id).toSorted()).toEqual(given.toSorted());
});

test('docs/standards.md is what `npm run spec -- --write` would write', async () => {
  expect(await readSource('docs/standards.md')).toBe(renderPage());
});
