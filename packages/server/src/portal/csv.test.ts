import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
  '%j is no formula in a spreadsheet',
  (text) => {
    expect(csvLine([text])).toBe(`"'${text}"\r\n`);
  },
);

test.each<[string | number | null | undefined, string]>([
  ['plain', '"plain"'],
  ['say "so", then', '"say ""so"", then"'],
  ['two\nlines', '"two\nlines"'],
  ['a=b', '"a=b"'],
  [-5, '-5'],
  [0, '0'],
  [null, '""'],
  [undefined, '""'],
])('%j is written %s', (cell, written) => {
  expect(csvLine([cell, 'next'])).toBe(`${written},"next"\r\n`);
});
