import { expect, test } from 'vitest';
import { displayName } from './display-name.ts';

test.each([
  ['Claude', 'Claude'],
  ['  two \n\t words ', 'two words'],
  ['Cl\u202eedua', 'Cledua'],
  ['a\u0000b\u200bc\u2060d', 'abcd'],
  ['tag\u{e0041}s', 'tags'],
  ['👩‍💻 dev', '👩‍💻 dev'],
  ['<b>markup</b>', '<b>markup</b>'],
  ['x'.repeat(500), 'x'.repeat(20)],
  ['\ud800', undefined],
  ['\u200d', undefined],
  ['fil\u115f\u1160led \u3164\uffa0in', 'filled in'],
  ['❤️', '❤️'],
  ['\u3164', undefined],
  ['\ufe0f', undefined],
  ['\u2800', undefined],
  [' ', undefined],
  [42, undefined],
])('%j is shown as %j', (given, shown) => {
  expect(displayName(given, 20)).toBe(shown);
});
