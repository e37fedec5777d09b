import { expect, test } from 'vitest';
import { checkRun } from './check-run.ts';
import { claim } from './requirement.ts';

const result = (ancestorTitles: string[], title: string, status = 'passed') => ({
  ancestorTitles,
  title,
  status,
});
const REPORT = {
  testResults: [
    {
      name: '/somewhere/packages/a/test/a.test.ts',
      assertionResults: [
        result([], 'plain (with signs: $5 + 100%?)'),
        result(['group one'], 'takes "x"\nand more'),
        result(['group one'], 'takes 7'),
        result(['other'], 'the same'),
        result(['group two'], 'the same', 'failed'),
        result([], 'half of x'),
        result([], 'half of y', 'failed'),
        result([], 'left out', 'skipped'),
      ],
    },
    { name: '/somewhere/else/test/a.test.ts', assertionResults: [result([], 'elsewhere')] },
  ],
};
const check = (name: string, file = 'packages/a/test/a.test.ts') =>
  checkRun([claim('id', 'A sentence.', { file, name })], REPORT);

test.each([
  'plain (with signs: $5 + 100%%?)',
  'takes %j',
  'group %s > takes %j',
  'group $name > takes %j',
  'other > the same',
])('what passed in each of its forms was shown: %s', (name) => {
  expect(check(name)).toEqual([]);
});

test.each([
  ['half of %s', 'failed'],
  ['group %s > the same', 'failed'],
  ['left out', 'skipped'],
])('%s is named, as %s', (name, status) => {
  expect(check(name)).toEqual([`"${name}" of packages/a/test/a.test.ts: ${status}`]);
});

test.each([['gone'], ['plain'], ['elsewhere'], ['takes']])('what did not run is named: %s', (name) => {
  expect(check(name)).toEqual([`"${name}" of packages/a/test/a.test.ts did not run`]);
});

test('a file that did not run shows nothing', () => {
  expect(check('plain', 'packages/a/test/b.test.ts')).toHaveLength(1);
});
