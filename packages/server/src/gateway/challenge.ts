import { SCOPE_CALL, SCOPE_READ } from '../kernel/access.ts';

const ALL_SCOPES = `${SCOPE_READ} ${SCOPE_CALL}`;

/**
 * `WWW-Authenticate` for a resource at `path` as it was typed (RFC 9728 section 5.1, RFC 6750 section 3). `error` is
 * for those who presented a credential; without one there is nothing wrong with the request yet.
 */
export function challenge(
  mcpBaseUrl: string,
  path: string,
  error?: 'invalid_token' | 'insufficient_scope',
): readonly string[] {
  const where = `resource_metadata="${mcpBaseUrl}/.well-known/oauth-protected-resource${path}"`;
  const scope = `scope="${ALL_SCOPES}"`;
  const value =
    error === undefined ? `Bearer ${where}, ${scope}` : `Bearer error="${error}", ${where}, ${scope}`;
  return ['WWW-Authenticate', value];
}

/** For the REST door, where keys alone are good and no authorization server can help. */
export const KEY_CHALLENGE: readonly string[] = ['WWW-Authenticate', 'Bearer realm="api"'];
