// `npm run spec:ran`: whether the last run of the tests with CI=true showed all that we claim.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RanTest } from '../scripts/test-results.ts';
import { checkRun } from './check-run.ts';
import { LISTS } from './render.ts';
import { STANDARDS } from './requirements.ts';

const text = await readFile(join(import.meta.dirname, '../test-results.json'), 'utf8');
const claims = [
  ...STANDARDS.flatMap(({ requirements }) => requirements),
  ...LISTS.flatMap((list) => list.claims),
];
const faults = checkRun(claims, JSON.parse(text) as RanTest[]);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${claims.length} claims were shown by tests that passed in this run`);
