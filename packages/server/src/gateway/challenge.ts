import { SCOPE_CALL, SCOPE_READ } from '../kernel/access.ts';

const ALL_SCOPES = `${SCOPE_READ} ${SCOPE_CALL}`;

/** The other way to present a token (RFC 9449 section 7.1). */
export interface DpopChallenge {
  readonly algorithms: readonly string[];
  readonly error?: string | undefined;
}

/**
 * `WWW-Authenticate` for a resource at `path` as it was typed (RFC 9728 section 5.1, RFC 6750 section 3). `error` is
 * for those who presented a credential; without one there is nothing wrong with the request yet. Bearer comes first, because
 * there are clients that look for the pointer in the first challenge alone.
 */
export function challenge(
  mcpBaseUrl: string,
  path: string,
  error?: 'invalid_token' | 'insufficient_scope',
  dpop?: DpopChallenge,
): readonly string[] {
  const where = `resource_metadata="${mcpBaseUrl}/.well-known/oauth-protected-resource${path}"`;
  const scope = `scope="${ALL_SCOPES}"`;
  const bearer =
    error === undefined ? `Bearer ${where}, ${scope}` : `Bearer error="${error}", ${where}, ${scope}`;
  return ['WWW-Authenticate', dpop === undefined ? bearer : `${bearer}, ${proofChallenge(dpop)}`];
}

function proofChallenge({ algorithms, error }: DpopChallenge): string {
  const algs = `DPoP algs="${algorithms.join(' ')}"`;
  return error === undefined ? algs : `${algs}, error="${error}"`;
}

/** For the REST door, where keys alone are good and no authorization server can help. */
export const KEY_CHALLENGE: readonly string[] = ['WWW-Authenticate', 'Bearer realm="api"'];
