// RFC 6749 section 4.4.
import type { Client } from '../../grants/clients.ts';
import type { ClientCredentialsRequest } from '../../grants/client-credentials.ts';
import { parseResourcePath } from '../../kernel/resource.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type TokenError } from './token-error.ts';

export function readClientCredentialsRequest(
  parameters: Parameters,
  client: Client,
  resource: string | undefined,
  connectorPaths: readonly string[],
): Result<ClientCredentialsRequest, TokenError> {
  if (client.authMethod === 'none' || !client.grantTypes.includes('client_credentials')) {
    return refuse('unauthorized_client', 'this client was not made for client_credentials');
  }
  const path = resource ?? '/mcp';
  const parsed = parseResourcePath(path, connectorPaths);
  const org = parsed === undefined || parsed.kind === 'any' ? undefined : parsed.org;
  return ok({ client, scopes: parameters.get('scope')?.split(' '), resource: { path, org } });
}
