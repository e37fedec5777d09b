import type { Claim, TestRef } from './requirement.ts';
import { readTests, type WrittenTest } from './read-tests.ts';

/** Undefined: there is no such file. */
export type ReadSource = (file: string) => Promise<string | undefined>;

/** What is wrong with these claims, a sentence each; none: each is shown by a test that runs. */
export async function checkClaims(claims: readonly Claim[], readSource: ReadSource): Promise<string[]> {
  const files = new Map<string, Promise<readonly WrittenTest[] | undefined>>();

  function testsOf(file: string): Promise<readonly WrittenTest[] | undefined> {
    const known = files.get(file);
    if (known !== undefined) return known;
    const reading = readSource(file).then((source) => (source === undefined ? undefined : readTests(source)));
    files.set(file, reading);
    return reading;
  }

  async function faultOf({ file, name }: TestRef): Promise<string | undefined> {
    const tests = await testsOf(file);
    if (tests === undefined || !file.endsWith('.test.ts')) return `there is no test file ${file}`;
    const named = tests.filter(({ titles }) => isNamed(titles, name));
    if (named.length === 0) return `${file} has no test "${name}"`;
    if (named.length > 1) return `${file} has ${named.length} tests "${name}": say in which group`;
    const hindrance = named[0]?.hindrance;
    return hindrance === undefined ? undefined : `"${name}" of ${file} is marked ${hindrance}`;
  }

  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { id, sentence, tests } of claims) {
    if (seen.has(id)) faults.push(`${id}: this id is used twice`);
    seen.add(id);
    if (sentence.trim() === '') faults.push(`${id}: says nothing`);
    if (tests.length === 0) faults.push(`${id}: no test shows it`);
    for (const test of tests) {
      const fault = await faultOf(test);
      if (fault !== undefined) faults.push(`${id}: ${fault}`);
    }
  }
  return faults;
}

/** Whether the name is the whole title, or the title after those of the groups next to it. */
function isNamed(titles: WrittenTest['titles'], name: string): boolean {
  for (let count = 1; count <= titles.length; count += 1) {
    const last = titles.slice(-count);
    if (last.includes(undefined)) return false;
    if (last.join(' > ') === name) return true;
  }
  return false;
}
