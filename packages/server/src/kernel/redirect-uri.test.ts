import { describe, expect, test } from 'vitest';
import { isRegisteredRedirectUri, isUsableRedirectUri } from './redirect-uri.ts';

describe('isUsableRedirectUri', () => {
  test.each([
    'https://claude.ai/api/mcp/auth_callback',
    'http://localhost/callback',
    'http://127.0.0.1:33418/',
    'http://[::1]:9000/oauth_callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
  ])('accepts %s', (uri) => {
    expect(isUsableRedirectUri(uri)).toBe(true);
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'http://claude.ai/callback',
    'http://127.0.0.1.evil.test/callback',
    'https://user@claude.ai/callback',
    'https://claude.ai/callback#fragment',
    'https://claude.ai\\@evil.test/callback',
    'https://claude.ai/call back',
    '//claude.ai/callback',
    'https://',
    `https://claude.ai/${'a'.repeat(2048)}`,
    'file:///etc/passwd',
  ])('refuses %s', (uri) => {
    expect(isUsableRedirectUri(uri)).toBe(false);
  });
});

describe('isRegisteredRedirectUri', () => {
  const registered = [
    'https://claude.ai/api/mcp/auth_callback',
    'http://localhost/callback',
    'http://127.0.0.1:1234/cb',
  ];

  test.each(['http://localhost:51234/callback', 'http://127.0.0.1:9/cb', 'http://127.0.0.1/cb'])(
    'frees only the port of a loopback URI: %s',
    (uri) => {
      expect(isRegisteredRedirectUri(uri, registered)).toBe(true);
    },
  );

  test.each([
    'https://claude.ai/api/mcp/auth_callback/',
    'https://claude.ai/api/mcp/auth_callback?x=1',
    'https://claude.ai/api/mcp/auth_callbackx',
    'https://claude.ai:444/api/mcp/auth_callback',
    'https://CLAUDE.ai/api/mcp/auth_callback',
    'https://claude.ai/api/mcp/%61uth_callback',
    'https://claude.ai@evil.test/api/mcp/auth_callback',
    'https://claude.ai.evil.test/api/mcp/auth_callback',
    'http://127.0.0.1:51234/callback',
    'http://localhost:51234/callback/more',
    'http://localhost:51234@evil.test/callback',
    'http://localhost.evil.test/callback',
  ])('matches nothing but the registered bytes: %s', (uri) => {
    expect(isRegisteredRedirectUri(uri, registered)).toBe(false);
  });
});
