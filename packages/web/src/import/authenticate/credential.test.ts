import { expect, test } from 'vitest';
import { credentialOf, draftOf, takesSecret } from './credential.ts';

const DRAFT = {
  ...draftOf(null),
  headerName: ' X-API-Key ',
  queryName: 'key',
  username: 'robot',
  clientId: 'latchkey',
  scopes: ' read  write ',
};

test.each([
  ['assertion', { kind: 'assertion' }],
  ['none', { kind: 'none' }],
  ['bearer', { kind: 'bearer', token: 's3cret' }],
  ['header', { kind: 'header', name: 'X-API-Key', value: 's3cret' }],
  ['query', { kind: 'query', name: 'key', value: 's3cret' }],
  ['basic', { kind: 'basic', username: 'robot', password: 's3cret' }],
  ['oauth', { kind: 'oauth', client_id: 'latchkey', client_secret: 's3cret', scopes: ['read', 'write'] }],
] as const)('of all that was typed, %s sends what is its own', (kind, sent) => {
  expect(credentialOf({ ...DRAFT, kind }, 's3cret')).toEqual(sent);
});

test('what is left empty or blank of an OAuth client is not sent', () => {
  expect(credentialOf({ ...draftOf(null), kind: 'oauth' }, '')).toEqual({ kind: 'oauth' });
  const typed = { issuer: ' https://issuer.test ', clientId: ' latchkey ', scopes: ' ' };
  expect(credentialOf({ ...draftOf(null), ...typed, kind: 'oauth' }, '')).toEqual({
    kind: 'oauth',
    issuer: 'https://issuer.test',
    client_id: 'latchkey',
  });
});

test('what is stored is where changing it begins, and never a secret', () => {
  const stored = { kind: 'header', origin: 'https://a.test', label: 'X-API-Key', has_secret: true } as const;
  const empty = draftOf(null);
  expect(draftOf(stored)).toEqual({ ...empty, kind: 'header', headerName: 'X-API-Key' });
  expect(draftOf({ ...stored, kind: 'query' })).toEqual({ ...empty, kind: 'query', queryName: 'X-API-Key' });
  expect(draftOf({ ...stored, kind: 'basic' })).toEqual({ ...empty, kind: 'basic', username: 'X-API-Key' });
  expect(draftOf({ ...stored, kind: 'oauth' })).toEqual({ ...empty, kind: 'oauth', clientId: 'X-API-Key' });
  // What an operator alone can set is changed to something else, if at all.
  expect(draftOf({ ...stored, kind: 'token_exchange' }).kind).toBe('assertion');
  expect((['assertion', 'none', 'oauth'] as const).some(takesSecret)).toBe(false);
  expect((['bearer', 'header', 'basic', 'query'] as const).every(takesSecret)).toBe(true);
});
