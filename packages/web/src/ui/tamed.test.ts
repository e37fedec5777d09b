import { expect, test } from 'vitest';
import { tamed } from './tamed.ts';

test.each([
  ['/orders/{id}', '/orders/{id}'],
  ['pay\u202Egnp.exe', 'pay\ufffdgnp.exe'],
  ['a\u0000b\u0007c', 'a\ufffdb\ufffdc'],
  ['  two\n\tlines\u2028here ', 'two lines here'],
  ['\u2066isolated\u2069', '\ufffdisolated\ufffd'],
  ['<img src=x>', '<img src=x>'],
  ['👩\u200d🚀', '👩\u200d🚀'],
])('%j is shown as %j', (given, shown) => {
  expect(tamed(given, 200)).toBe(shown);
});

test('ten thousand characters are shown as far as anybody reads', () => {
  const shown = tamed('😀'.repeat(10_000), 50);
  expect(Array.from(shown)).toHaveLength(51);
  expect(shown.endsWith('😀…')).toBe(true);
  expect(tamed('a'.repeat(50), 50)).toBe('a'.repeat(50));
});
