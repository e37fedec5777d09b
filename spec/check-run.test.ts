import { expect, test } from 'vitest';
import { checkRun } from './check-run.ts';
import { claim } from './requirement.ts';

const FILE = 'packages/a/test/a.test.ts';
const ran = (name: string, state = 'passed', file = FILE) => ({ file, name, state });
const RUN = [
  ran('plain (with signs: $5 + 100%?)'),
  ran('group one > takes "x"\nand more'),
  ran('group one > takes 7'),
  ran('other > the same'),
  ran('group two > the same', 'failed'),
  ran('half of x'),
  ran('half of y', 'failed'),
  ran('left out', 'skipped'),
  ran('elsewhere', 'passed', 'packages/b/test/a.test.ts'),
];
const check = (name: string, file = FILE) => checkRun([claim('id', 'A sentence.', { file, name })], RUN);

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
])('%s is named, as %s', (name, state) => {
  expect(check(name)).toEqual([`"${name}" of ${FILE}: ${state}`]);
});

test.each(['gone', 'plain', 'elsewhere', 'takes', 'same'])('what did not run is named: %s', (name) => {
  expect(check(name)).toEqual([`"${name}" of ${FILE} did not run`]);
});

test('a file that did not run shows nothing', () => {
  expect(check('plain', 'packages/a/test/b.test.ts')).toHaveLength(1);
});
