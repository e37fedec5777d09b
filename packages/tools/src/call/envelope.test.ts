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
  ['an address as its type', { type: 'https://errors.example/limit', title: 'Too many' }, 'Too many'],
  ['an empty message beside another', { message: '', detail: 'name is empty' }, 'name is empty'],
  ['an empty code', { code: '', message: 'No.' }, 'No.'],
  ['a status that is a word', { status: 'fail', message: 'No.' }, 'No.'],
  ['a field without a message', { error: { code: 'bad', param: 'name' } }, '(bad)'],
  ['a list of more than texts', { errors: [null, 5, { field: 'a' }, 'and this'] }, 'and this'],
  [
    'fields that hold no texts before one that does',
    { errors: { a: {}, b: {}, c: {}, d: [], e: 1, f: 'is low' } },
    'f: is low',
  ],
  ['a place of more than names', { errors: [{ loc: ['a', {}, 0], msg: 'is low' }] }, 'a.0: is low'],
  ['more than five details', { errors: ['1', '2', '3', '4', '5', '6'] }, '1; 2; 3; 4; 5'],
  ['a bare list of many', ['1', '2', '3', '4', '5', '6'], '1; 2; 3; 4; 5'],
  ['XML without its type', '<?xml version="1.0"?><error><message>No.</message></error>', 'No.'],
  ['JSON that breaks off', '{"message": "No', '{"message": "No'],
  ['a text that speaks of a page', 'expected JSON, found <html>  ', 'expected JSON, found <html>'],
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
  expect(said('\n<title lang="en">Gone</title>', 'text/plain')).toBe('a web page titled “Gone”');
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

test('the word before a secret stays', () => {
  expect(safeText('{"api_key": "abcdef123456", "a": 1}')).toBe('{"api_key": " [secret]", "a": 1}');
  expect(safeText('Authorization: Basic abcdef123456, and so on')).toBe(
    'Authorization: Basic [secret], and so on',
  );
  expect(safeText('key AKIAABCDEFGHIJKLMNOP, and so on')).toBe('key [secret], and so on');
});

test('upstream text is one capped line without invisible characters', () => {
  expect(safeText('a\n\n b\u200B\u0007')).toBe('a b');
  expect(safeText('x'.repeat(10_000)).length).toBeLessThanOrEqual(700);
});
