import { Hono } from 'hono';
import { z } from 'zod';
import { TOKEN_EXCHANGE_GRANT } from '../../grants/acting-clients.ts';
import { publicKeySetSchema } from '../../grants/client-keys.ts';
import type { PortalClients } from '../../grants/portal-clients.ts';
import type { PublishedKeys } from '../../grants/published-keys.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import { isUsableRedirectUri } from '../../kernel/redirect-uri.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { keySetUrlSchema } from '../key-set-url.ts';
import { readBody } from '../read-body.ts';
import { readId } from '../read-id.ts';

const NAME_CHARACTERS_MAX = 80;
const REDIRECT_URIS_MAX = 10;

const newClientSchema = z.strictObject({
  name: z.string(),
  auth_method: z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']),
  /** For an app that people approve. */
  redirect_uris: z.array(z.string()).min(1).max(REDIRECT_URIS_MAX).optional(),
  /** For a machine, in place of redirect URIs: the role of the agent that it acts as. */
  agent_role: z.enum(['member', 'viewer']).optional(),
  /** The public keys of a client that signs (private_key_jwt), or where it publishes them. */
  jwks: publicKeySetSchema.optional(),
  jwks_uri: keySetUrlSchema.optional(),
  /** It may trade the organisation's access tokens for its own (RFC 8693). */
  token_exchange: z.boolean().optional(),
});
const exchangeSchema = z.strictObject({ allowed: z.boolean() });
type NewClient = z.infer<typeof newClientSchema>;

export interface ClientRoutesDeps {
  portalClients: PortalClients;
  publishedKeys: PublishedKeys;
}

/** `/portal/v1/organisations/{org}/clients`: OAuth clients that admins make for this organisation. For admins. */
export function createClientRoutes({
  portalClients,
  publishedKeys,
}: ClientRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'clients.manage');
    return context.json({ items: (await portalClients.list(organisation.id)).map(presentClient) });
  });

  app.post('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'clients.manage');
    const body = await readBody(context, newClientSchema);
    const fault = findFault(body);
    if (fault !== undefined) throw new AppError('invalid_request', fault);
    const name = displayName(body.name, NAME_CHARACTERS_MAX);
    if (name === undefined) throw new AppError('invalid_request', 'name: must not be empty');
    if (body.jwks_uri !== undefined && (await publishedKeys(body.jwks_uri, undefined)) === undefined) {
      throw new AppError('invalid_request', 'jwks_uri: no keys could be read there from the internet');
    }
    const created = await portalClients.create({
      orgId: organisation.id,
      name,
      authMethod: body.auth_method,
      redirectUris: body.redirect_uris ?? [],
      agentRole: body.agent_role,
      jwks: body.jwks,
      jwksUri: body.jwks_uri,
      tokenExchange: body.token_exchange ?? false,
      createdBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (!created.ok) throw new AppError('conflict', 'There is an agent of that name.');
    const { client, secret } = created.value;
    return context.json(
      { client_id: client.id, ...(secret === undefined ? {} : { client_secret: secret }) },
      201,
    );
  });

  app.post('/:client/token-exchange', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'clients.manage');
    const { allowed } = await readBody(context, exchangeSchema);
    const decided = await portalClients.setTokenExchange({
      orgId: organisation.id,
      clientId: readId('cli', context.req.param('client')),
      allowed,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (decided === undefined) throw new AppError('not_found', 'There is no such client that proves itself.');
    return context.json({ client_id: decided.clientId, token_exchange: allowed });
  });

  app.post('/:client/delete', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'clients.manage');
    const clientId = readId('cli', context.req.param('client'));
    const deleted = await portalClients.delete({
      orgId: organisation.id,
      clientId,
      deletedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (deleted === undefined) throw new AppError('not_found', 'There is no such client.');
    return context.json({ client_id: clientId, status: 'deleted', ended_grants: deleted.endedGrants });
  });

  return app;
}

/** What is wrong with the combination, as a sentence that names the field. */
function findFault(body: NewClient): string | undefined {
  const isMachine = body.agent_role !== undefined;
  const isApp = body.redirect_uris !== undefined;
  const exchanges = body.token_exchange === true;
  if (isMachine ? isApp : !isApp && !exchanges) {
    return 'redirect_uris, agent_role: give exactly one, the first for an app, the second for a machine; neither for a client with token_exchange alone';
  }
  if (isMachine && body.auth_method === 'none') return 'auth_method: a machine must prove itself';
  if (exchanges && body.auth_method === 'none') return 'token_exchange: the client must prove itself';
  const keysGiven = [body.jwks, body.jwks_uri].filter((given) => given !== undefined).length;
  if (keysGiven !== (body.auth_method === 'private_key_jwt' ? 1 : 0)) {
    return 'jwks, jwks_uri: exactly one is needed for private_key_jwt, and none for anything else';
  }
  const unusable = body.redirect_uris?.findIndex((uri) => !isUsableRedirectUri(uri)) ?? -1;
  return unusable < 0
    ? undefined
    : `redirect_uris.${unusable}: must be https, or http on localhost, 127.0.0.1 or [::1]`;
}

function presentClient({
  client,
  agentName,
  agentRole,
  connections,
  people,
}: Awaited<ReturnType<PortalClients['list']>>[number]) {
  return {
    client_id: client.id,
    name: client.name,
    auth_method: client.authMethod,
    redirect_uris: client.redirectUris,
    agent: client.agentId === null ? null : { id: client.agentId, name: agentName, role: agentRole },
    /** What works now, and so would end with it. */
    connections,
    people,
    token_exchange: client.grantTypes.includes(TOKEN_EXCHANGE_GRANT),
    jwks_uri: client.jwksUri,
    key_ids: client.jwks?.keys.map(({ kid }) => kid ?? null) ?? null,
    created_at: client.createdAt.toISOString(),
  };
}
