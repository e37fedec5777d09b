import { expect, test } from 'vitest';
import { isSlug } from './slug.ts';

test.each(['drive', 'a', 'imports', 'new-york', 'a'.repeat(40)])('a connector may be called %s', (slug) => {
  expect(isSlug(slug)).toBe(true);
});

test.each(['', 'Drive', 'a--b', '-a', 'a-', '../a', 'a'.repeat(41), 'import', 'new', 'update', 'versions'])(
  'a connector is never called %j: its address would be bad, or that of a page',
  (slug) => {
    expect(isSlug(slug)).toBe(false);
  },
);
