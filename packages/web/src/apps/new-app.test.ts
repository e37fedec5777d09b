import { describe, expect, test } from 'vitest';
import { EMPTY_DRAFT, methodOf, newAppOf, redirectUriFault, type AppDraft } from './new-app.ts';

const DRAFT: AppDraft = {
  ...EMPTY_DRAFT,
  name: ' Warehouse ',
  redirectUris: ' https://a.test/cb \n\nhttp://localhost/cb\n',
  keys: { kind: 'address', address: 'https://keys.test/jwks', pasted: 'x' },
  exchange: true,
};

describe('an app as it was typed', () => {
  test.each<[string, Partial<AppDraft>, unknown]>([
    [
      'that is public asks for nothing that proves it',
      {},
      { auth_method: 'none', redirect_uris: ['https://a.test/cb', 'http://localhost/cb'] },
    ],
    [
      'with a secret may exchange',
      { method: 'client_secret_post' },
      {
        auth_method: 'client_secret_post',
        redirect_uris: ['https://a.test/cb', 'http://localhost/cb'],
        token_exchange: true,
      },
    ],
    [
      'for a machine that signs has a role and keys',
      { kind: 'machine', method: 'private_key_jwt', exchange: false },
      { auth_method: 'private_key_jwt', agent_role: 'viewer', jwks_uri: 'https://keys.test/jwks' },
    ],
    [
      'that only exchanges proves itself, though it was public before',
      { kind: 'exchange', exchange: false },
      { auth_method: 'client_secret_basic', token_exchange: true },
    ],
  ])('%s', (_, more, expected) => {
    expect(newAppOf({ ...DRAFT, ...more })).toEqual({ name: 'Warehouse', ...(expected as object) });
  });

  test('is public again when it is for people again', () => {
    expect(methodOf({ ...DRAFT, kind: 'machine' })).toBe('client_secret_basic');
    expect(methodOf({ ...DRAFT, kind: 'people' })).toBe('none');
  });

  test('names the redirect URI that is none', () => {
    expect(redirectUriFault(DRAFT.redirectUris)).toBe('');
    expect(redirectUriFault('cursor://anysphere.cursor-mcp/oauth/callback')).toBe('');
    expect(redirectUriFault('https://a.test/cb\na.test')).toBe('“a.test” is no address.');
    expect(redirectUriFault('http://[::1]:80/cb\nhttp://a.test/cb')).toBe(
      '“http://a.test/cb” must be https.',
    );
    expect(redirectUriFault('https://a.test/cb https://b.test/cb')).toContain('is no address');
    expect(redirectUriFault('https://a.test/\n'.repeat(11))).toBe('Give 10 at most.');
  });
});
