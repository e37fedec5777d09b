import { expect, test } from 'vitest';
import { isSafePattern } from './pattern.ts';

test.each([
  '^[a-z]+$',
  '^(ab)+$',
  '^(a|b)*c$',
  '(\\d{3}-)?\\d{4}',
  '[(+]+',
  '\\(\\d+\\)+',
  '^(?:[a-z]{1,3}){2,4}$',
])('%s is kept', (pattern) => {
  expect(isSafePattern(pattern)).toBe(true);
});

test.each(['(a+)+$', '((a*)b)*', '(?:x+)*', '(a{2,})+', '(?i)abc', '^a\\Z', '[', '(', ')', 'a'.repeat(201)])(
  '%s is dropped',
  (pattern) => {
    expect(isSafePattern(pattern)).toBe(false);
  },
);
