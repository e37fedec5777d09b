import { expect, test } from 'vitest';
import { errorText, safeText } from './envelope.ts';

const said = (body: unknown, type = 'application/json'): string =>
  errorText(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), type);

test.each<[string, unknown, string]>([
  ['problem+json', { type: 'about:blank', title: 'Invalid', detail: 'name is empty' }, 'name is empty'],
  ['an object under error', { error: { code: 'bad', message: 'No.' } }, '(bad) No.'],
  ['OAuth', { error: 'invalid_scope', error_description: 'No such scope' }, '(invalid_scope) No such scope'],
  [
    'a message with details',
    { message: 'Validation failed', errors: [{ field: 'title', message: 'is missing' }, 'and more'] },
    'Validation failed: title: is missing; and more',
  ],
  ['lists by field', { errors: { name: ['is too long'], age: 'is low' } }, 'name: is too long; age: is low'],
  [
    'places in a list',
    { detail: [{ loc: ['body', 'name'], msg: 'field required' }] },
    'body.name: field required',
  ],
  ['a bare list', [{ message: 'one' }], 'one'],
  ['nothing known', { ok: false }, ''],
])('%s is understood', (_, body, expected) => {
  expect(said(body)).toBe(expected);
});

test('what an API says is read in its charset, with or without a byte order mark', () => {
  const json = '{"message":"Ungültig"}';
  expect(errorText(Buffer.from(json, 'latin1'), 'application/json; charset=ISO-8859-1')).toBe('Ungültig');
  expect(errorText(Buffer.from(`\uFEFF${json}`), 'application/json')).toBe('Ungültig');
});

test('a page is named by its title and never pasted', () => {
  expect(
    said('<!doctype html><title>502 Bad\u202E Gateway</title><p>nginx/1.2 at 10.0.0.1</p>', 'text/html'),
  ).toBe('a web page titled “502 Bad Gateway”');
  expect(said('<html>x</html>', '')).toBe('a web page');
});

test.each([
  'Bearer abcdefgh12345678',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
  'sk_live_abcdefghijklmnop',
  'api_key=abcdef123456',
  '"password": "hunter2hunter2"',
])('the secret in %j is not shown', (secret) => {
  const text = safeText(`Key ${secret} was refused`);
  expect(text).toContain('[secret]');
  expect(text).not.toMatch(/abcdef|eyJ|hunter2/);
  expect(text).toMatch(/was refused$/);
});

test('upstream text is one capped line without invisible characters', () => {
  expect(safeText('a\n\n b\u200B\u0007')).toBe('a b');
  expect(safeText('x'.repeat(10_000)).length).toBeLessThanOrEqual(700);
});
