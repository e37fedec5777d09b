import { expect, test } from 'vitest';
import { cleanDisplayName } from './display-name.ts';

test.each([
  ['  Ada   Lovelace ', 'Ada Lovelace'],
  ['Acme\u202Egpj.exe', 'Acmegpj.exe'],
  ['Acme\u0000\u0007\r\nSet-Cookie: x', 'Acme Set-Cookie: x'],
  ['Cla\u200Bude', 'Claude'],
  ['half \uD83D', 'half'],
  ['👩‍🚀 Ada', '👩‍🚀 Ada'],
  ['محمد', 'محمد'],
  ['\u2066\u2069 \u200F', ''],
  ['x'.repeat(100), 'x'.repeat(80)],
])('a name typed as %j is shown as %j', (typed, shown) => {
  expect(cleanDisplayName(typed)).toBe(shown);
});
