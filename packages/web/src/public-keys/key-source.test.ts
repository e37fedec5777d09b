import { describe, expect, test } from 'vitest';
import { keysOf, readKeySet } from './key-source.ts';

const KEY = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };

describe('a key set that somebody pasted', () => {
  test.each<[string, string, unknown]>([
    ['a set', JSON.stringify({ keys: [KEY] }), { keys: [KEY] }],
    ['a set with more in it', JSON.stringify({ keys: [KEY], issuer: 'x' }), { keys: [KEY] }],
    ['a single key', ` ${JSON.stringify(KEY)}\n`, { keys: [KEY] }],
    ['a PEM', '-----BEGIN PUBLIC KEY-----', undefined],
    ['a list', JSON.stringify([KEY]), undefined],
    ['text', '"keys"', undefined],
    ['null', 'null', undefined],
    ['keys that are no list', '{"keys":{}}', undefined],
  ])('is read from %s or refused', (_, text, expected) => {
    expect(readKeySet(text)).toEqual(expected);
  });
});

test('the API is given what was chosen alone', () => {
  const typed = { address: ' https://keys.test/jwks ', pasted: JSON.stringify(KEY) };
  expect(keysOf({ ...typed, kind: 'metadata' })).toEqual({});
  expect(keysOf({ ...typed, kind: 'address' })).toEqual({ jwks_uri: 'https://keys.test/jwks' });
  expect(keysOf({ ...typed, kind: 'pasted' })).toEqual({ jwks: { keys: [KEY] } });
  expect(keysOf({ ...typed, kind: 'pasted', pasted: 'nothing' })).toEqual({ jwks: 'nothing' });
});
