import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkClaims } from './check-claims.ts';
import { STANDARDS } from './requirements.ts';

const root = join(import.meta.dirname, '..');
const readSource = (file: string) => readFile(join(root, file), 'utf8').catch(() => undefined);

test('every requirement that we claim has a test that is there and runs', async () => {
  const requirements = STANDARDS.flatMap((standard) => standard.requirements);
  expect(await checkClaims(requirements, readSource)).toEqual([]);
});
