import { expect, test } from 'vitest';
import { readCursor, writeCursor } from './page-cursor.ts';

test.each([0, -1, 1_795_283_158_172])('a cursor of %i that was given out is read again', (atMs) => {
  expect(readCursor(writeCursor({ atMs, id: 'att_1' }))).toEqual({ atMs, id: 'att_1' });
});

test.each([
  ['nothing', ''],
  ['no number', 'now x'],
  ['a time after all years', '999999999999999 x'],
  ['a time before all years', '-999999999999999 x'],
])('refuses %s', (_what, cursor) => {
  expect(() => readCursor(Buffer.from(cursor).toString('base64url'))).toThrow(
    'cursor: is none that was given out',
  );
});
