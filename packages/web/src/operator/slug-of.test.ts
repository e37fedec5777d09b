import { expect, test } from 'vitest';
import { slugOf } from './slug-of.ts';

test.each([
  ['Acme Video', 'acme-video'],
  ['Société Générale', 'societe-generale'],
  ["O'Reilly & Sons, Inc.", 'oreilly-sons-inc'],
  ['  --Acme--  ', 'acme'],
  [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
  ['株式会社', ''],
  ['../evil', 'evil'],
])('the address that resembles %j is %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});
