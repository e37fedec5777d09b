import { expect, test } from 'vitest';
import { checkClaims } from './check-claims.ts';
import { claim } from './requirement.ts';

const SOURCE = `
import { describe, it, test } from 'vitest';
test('plain', () => {});
describe('a group', () => {
  test('the same title', async () => {});
  it.each([['x']])('with %s', (x) => {});
});
describe.each(['one', 'two'])('group %s', () => {
  test('the same title', () => {});
  test.each\`a\${1}\`('of a table $a', () => {});
});
test.skip('skipped', () => {});
test.todo('planned');
test('without a body');
test.fails('expected to fail', () => {});
test('skipped by an option', { skip: true }, () => {});
test.skipIf(process.platform === 'win32')('skipped at times', () => {});
test.each([1])('table', () => {});
describe.skip('a skipped group', () => {
  test('within', () => {});
});
const notATest = "test('in a text', () => {})";
// test('in a comment', () => {});
test(\`computed \${notATest}\`, () => {});
`;

const FILE = 'a.test.ts';
const check = (...names: string[]) =>
  checkClaims([claim('id', 'A sentence.', ...names.map((name) => ({ file: FILE, name })))], async (file) =>
    file === FILE || file === 'helper.ts' ? SOURCE : undefined,
  );

test.each([
  'plain',
  'a group > the same title',
  'with %s',
  'a group > with %s',
  'group %s > the same title',
  'of a table $a',
  'table',
])('a test that is there and runs shows a claim: %s', async (name) => {
  expect(await check(name)).toEqual([]);
});

test.each([
  'plai',
  'plain ',
  'in a text',
  'in a comment',
  'with x',
  'group one > the same title',
  'a group',
  'computed ',
  '',
])('what is no test of the file shows nothing: %j', async (name) => {
  expect(await check(name)).toEqual([`id: a.test.ts has no test "${name}"`]);
});

test.each([
  ['skipped', 'skip'],
  ['planned', 'todo'],
  ['without a body', 'todo'],
  ['expected to fail', 'fails'],
  ['skipped by an option', 'skip'],
  ['skipped at times', 'skipIf'],
  ['within', 'skip'],
])('a test that might not run shows nothing: %s', async (name, hindrance) => {
  expect(await check(name)).toEqual([`id: "${name}" of a.test.ts is marked ${hindrance}`]);
});

test('a title that two tests have is not enough', async () => {
  expect(await check('the same title')).toEqual([
    'id: a.test.ts has 2 tests "the same title": say in which group',
  ]);
});

test('a claim without a test, without a sentence, or under an id that is taken is a fault', async () => {
  const test = { file: FILE, name: 'plain' };
  const claims = [claim('one', 'A sentence.'), claim('two', ' ', test), claim('two', 'A sentence.', test)];
  expect(await checkClaims(claims, async () => SOURCE)).toEqual([
    'one: no test shows it',
    'two: says nothing',
    'two: this id is used twice',
  ]);
});

test.each(['gone.test.ts', 'helper.ts'])('%s is no test file', async (file) => {
  const claims = [claim('id', 'A sentence.', { file, name: 'plain' })];
  const faults = await checkClaims(claims, async (path) => (path === 'helper.ts' ? SOURCE : undefined));
  expect(faults).toEqual([`id: there is no test file ${file}`]);
});
