import { expect, test } from 'vitest';
import { findItems } from './find-items.ts';

test.each<[string, string[]]>([
  ['', ['Claude', 'claude-code', 'Cursor']],
  ['  ', ['Claude', 'claude-code', 'Cursor']],
  [' CLAUDE ', ['Claude', 'claude-code']],
  ['nobody', []],
])('%j finds %j', (wanted, found) => {
  expect(findItems(['Claude', 'claude-code', 'Cursor'], wanted, (name) => name)).toEqual(found);
});
