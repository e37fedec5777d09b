import { z } from 'zod';
import type { ConnectorId } from '../../../kernel/ids.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { seal } from '../../../kernel/seal.ts';
import type { Store } from '../../../store/store.ts';
import type { OAuthCredential } from '../credential.ts';
import { openSealed } from '../open-sealed.ts';
import type { AuthorizationServer } from './discovery.ts';
import { declaredOf } from './discovery.ts';
import type { Send } from './outgoing.ts';
import type { OAuthClient } from './token-endpoint.ts';

/** And how it came to be: a declared one's secret is the operator's, and may have changed since. */
export interface KnownClient extends OAuthClient {
  readonly source: 'declared' | 'document' | 'registered';
}

const METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const;

const registeredSchema = z.object({
  client_id: z.string().regex(/^[ -~]{1,2048}$/),
  client_secret: z
    .string()
    .regex(/^[ -~]{1,4096}$/)
    .optional(),
  token_endpoint_auth_method: z.string().max(100).optional(),
});
const sealedSchema = z.object({
  clientId: z.string(),
  clientSecret: z.string().optional(),
  authMethod: z.enum(METHODS),
});

/** What is sealed in `upstream_clients` is sealed for this. */
export function contextOfClient(connectorId: string, issuer: string): string {
  return `upstream-client ${connectorId} ${issuer}`;
}

/** Who we are at an upstream's authorization server: as declared, by our own document, or registered once (RFC 7591). */
export function createClientFinder({
  store,
  sealKey,
  send,
  documentUrl,
  redirectUri,
}: {
  store: Store;
  sealKey: Uint8Array;
  send: Send;
  /** Of our client metadata document; undefined: it is at an address that nobody can read. */
  documentUrl: string | undefined;
  redirectUri: string;
}) {
  async function register(
    connectorId: ConnectorId,
    audience: string,
    settings: OAuthCredential,
    { issuer = '', registrationEndpoint = '', authMethods, scopes }: AuthorizationServer,
  ): Promise<Result<KnownClient, string>> {
    const context = contextOfClient(connectorId, issuer);
    const known = await store.upstreamCredentials.findClient(connectorId, issuer, redirectUri);
    if (known !== undefined) {
      return ok({ ...sealedSchema.parse(openSealed(sealKey, known, context)), source: 'registered' });
    }
    const wanted = METHODS.find((method) => authMethods?.includes(method)) ?? 'client_secret_basic';
    const metadata = {
      client_name: 'Latchkey',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: wanted,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    };
    const answer = await send(registrationEndpoint, declaredOf(audience, settings), {
      body: JSON.stringify(metadata),
      headers: { 'content-type': 'application/json' },
    });
    const isMade = answer.ok && (answer.value.status === 201 || answer.value.status === 200);
    const parsed = isMade ? registeredSchema.safeParse(answer.value.json) : undefined;
    if (parsed?.success !== true) return fail('its authorization server did not register us');
    const { client_id: clientId, client_secret: clientSecret, token_endpoint_auth_method } = parsed.data;
    const said = METHODS.find((method) => method === token_endpoint_auth_method) ?? wanted;
    const client = {
      clientId,
      clientSecret,
      authMethod: clientSecret === undefined ? 'none' : said,
    } as const;
    const sealed = seal(sealKey, JSON.stringify(client), context);
    await store.upstreamCredentials.putClient({ connectorId, issuer, redirectUri, sealed });
    return ok({ ...client, source: 'registered' });
  }

  return async function findClient(
    connectorId: ConnectorId,
    audience: string,
    settings: OAuthCredential,
    server: AuthorizationServer,
  ): Promise<Result<KnownClient, string>> {
    const declared = declaredClient(settings, server.authMethods);
    if (declared !== undefined) return ok(declared);
    if (server.readsClientDocuments && documentUrl !== undefined) {
      return ok({ clientId: documentUrl, authMethod: 'none', source: 'document' });
    }
    if (server.registrationEndpoint === undefined) {
      return fail(
        'its authorization server takes clients only that are set up there: set credential.client_id',
      );
    }
    return register(connectorId, audience, settings, server);
  };
}

export type FindClient = ReturnType<typeof createClientFinder>;

export function declaredClient(
  { authMethod, clientId, clientSecret }: OAuthCredential,
  supported: readonly string[] | undefined,
): KnownClient | undefined {
  if (clientId === undefined) return undefined;
  if (clientSecret === undefined) return { clientId, authMethod: 'none', source: 'declared' };
  const usual =
    supported !== undefined &&
    !supported.includes('client_secret_basic') &&
    supported.includes('client_secret_post')
      ? 'client_secret_post'
      : 'client_secret_basic';
  return { clientId, clientSecret, authMethod: authMethod ?? usual, source: 'declared' };
}

/** Our client metadata document (draft-ietf-oauth-client-id-metadata-document): who asks, and where we are answered. */
export function clientDocument(documentUrl: string, redirectUri: string, clientUri: string) {
  return {
    client_id: documentUrl,
    client_name: 'Latchkey',
    client_uri: clientUri,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}
