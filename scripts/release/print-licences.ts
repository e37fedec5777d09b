// Prints which licences are shipped or installed with what we publish; ends with 1 if one of them may not be.
import { checkLicences, readLock } from './licences.ts';

const { counts, faults } = checkLicences(await readLock());
for (const [license, count] of [...counts].sort(([, a], [, b]) => b - a))
  process.stdout.write(`${String(count).padStart(4)}  ${license}\n`);
for (const fault of faults) process.stdout.write(`NOT ALLOWED  ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
