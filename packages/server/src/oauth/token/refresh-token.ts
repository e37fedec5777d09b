// RFC 6749 section 6.
import type { Client } from '../../grants/clients.ts';
import type { RefreshRequest } from '../../grants/refresh.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type TokenError } from './token-error.ts';

export function readRefreshRequest(
  parameters: Parameters,
  client: Client,
  resource: string | undefined,
): Result<RefreshRequest, TokenError> {
  const refreshToken = parameters.get('refresh_token');
  if (refreshToken === undefined) return refuse('invalid_request', 'refresh_token is missing');
  return ok({ refreshToken, client, scopes: parameters.get('scope')?.split(' '), resource });
}
