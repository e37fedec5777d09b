import { expect, test } from 'vitest';
import { nextLinkOf } from './link-header.ts';

test.each<[string | string[], string | undefined]>([
  ['<https://a.example/x?page=2>; rel="next"', 'https://a.example/x?page=2'],
  ['</x?page=2>;rel=next', '/x?page=2'],
  ['<a>; rel="prev", <b>; title="x, y; rel=next"; rel="NEXT"', 'b'],
  ['<a>; rel="last next"', 'a'],
  [['<a>; rel=prev', '<b>; rel=next'], 'b'],
  ['<a>; foo; rel=next', 'a'],
  ['<a>; rel="nextish", <b>; rev="next"', undefined],
  ['<a>, <b>; rel=prev', undefined],
  ['next', undefined],
  ['', undefined],
  ['<a; rel=next', undefined],
  [`<a>; x${' '.repeat(15_000)}y, <b>; rel=next`, 'b'],
  [`${'<'.repeat(15_000)}b>; rel=next`, 'b'],
])('of the Link header %.60j the next is %j', (link, next) => {
  expect(nextLinkOf({ link })).toBe(next);
});

test('there is none without a header', () => {
  expect(nextLinkOf({})).toBeUndefined();
});
