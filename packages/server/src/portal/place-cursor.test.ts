import { expect, test } from 'vitest';
import { readPlace, writePlace } from './place-cursor.ts';

test('a place that was given out is read again, whatever the name', () => {
  const place = { at: 'Ünïcode "quoted" \u202e', id: 'https://app.test/client.json' };
  expect(readPlace(writePlace(place), 'name')).toEqual(place);
  expect(readPlace(writePlace({ at: '1795283158172000', id: 'key_1' }), 'time')).toEqual({
    at: '1795283158172000',
    id: 'key_1',
  });
  expect(readPlace(undefined, 'time')).toBeUndefined();
});

test.each([
  ['no JSON', 'bm9uc2Vuc2U'],
  ['a number too many', Buffer.from('["1","key_1","more"]').toString('base64url')],
  ['an object', Buffer.from('{"at":"1"}').toString('base64url')],
  ['a time that is no number', writePlace({ at: 'now()', id: 'key_1' })],
  ['a time beyond all times', writePlace({ at: '99999999999999999999', id: 'key_1' })],
  ['nothing', ''],
])('refuses %s', (_what, cursor) => {
  expect(() => readPlace(cursor, 'time')).toThrow('cursor: is none that was given out');
});
