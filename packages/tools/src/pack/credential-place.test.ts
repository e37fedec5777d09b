import { expect, test } from 'vitest';
import type { Catalogue, SecurityScheme } from '../catalogue/types.ts';
import { credentialPlaceOf } from './credential-place.ts';

const KEY = { name: 'key', type: 'apiKey', in: 'header', parameterName: 'X-Api-Key' };
const TOKEN = { name: 'token', type: 'http', scheme: 'bearer' };

function placeOf(security: readonly SecurityScheme[], ...asked: readonly (readonly string[])[]) {
  const tools = asked.map((names) => ({ binding: { security: names } }));
  return credentialPlaceOf({ security, tools } as unknown as Catalogue);
}

test.each([
  ['a token', TOKEN, { kind: 'bearer' }],
  ['OAuth', { name: 'a', type: 'oauth2' }, { kind: 'bearer' }],
  ['a name and a password', { name: 'a', type: 'http', scheme: 'basic' }, { kind: 'basic' }],
  ['a header', KEY, { kind: 'header', name: 'X-Api-Key' }],
  ['a parameter', { ...KEY, in: 'query', parameterName: 'key' }, { kind: 'query', name: 'key' }],
])('%s goes where the document says', (_, scheme, place) => {
  expect(placeOf([scheme], [scheme.name], [scheme.name])).toEqual({ ok: true, value: place });
});

test('what no tool asks for is not asked of a user', () => {
  expect(placeOf([KEY, TOKEN], [], ['token'])).toEqual({ ok: true, value: { kind: 'bearer' } });
  expect(placeOf([KEY, TOKEN], [], [])).toEqual({ ok: true, value: { kind: 'none' } });
});

test.each<[string, SecurityScheme[]]>([
  ['two places', [KEY, TOKEN]],
  ['a cookie', [{ ...KEY, in: 'cookie' }]],
  ['a header that ends its line', [{ ...KEY, parameterName: 'X-Key\r\nHost' }]],
  ['a parameter that begins another', [{ ...KEY, in: 'query', parameterName: 'a&b=c key' }]],
])('%s cannot be satisfied by itself, and is said', (_, schemes) => {
  expect(placeOf(schemes, ...schemes.map(({ name }) => [name]))).toMatchObject({ ok: false });
});
