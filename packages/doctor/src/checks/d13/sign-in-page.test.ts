import { expect, test } from 'vitest';
import { asksToSignIn } from './sign-in-page.ts';

test('a page with a field for a password asks to sign in', () => {
  expect(asksToSignIn('<form><input name="p" TYPE="password"></form>')).toBe(true);
  expect(asksToSignIn("<input type='password'>")).toBe(true);
  expect(asksToSignIn('<input type=text><p>password</p>')).toBe(false);
});

test('only the beginning of a page is looked at, and of a field', () => {
  expect(asksToSignIn(`${' '.repeat(300_000)}<input type=password>`)).toBe(false);
  expect(asksToSignIn(`<input ${'a'.repeat(1_000)} type=password>`)).toBe(false);
});

test('two megabytes of fields that never end are read through, not over and over', () => {
  expect(asksToSignIn('<input type='.repeat(180_000))).toBe(false);
});
