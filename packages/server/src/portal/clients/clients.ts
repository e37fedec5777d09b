import { Hono } from 'hono';
import type { ClientRules } from '../../grants/client-rules.ts';
import type { PortalClients } from '../../grants/portal-clients.ts';
import type { PublishedKeys } from '../../grants/published-keys.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import { isUsableRedirectUri } from '../../kernel/redirect-uri.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { readPlace, writePlace } from '../place-cursor.ts';
import {
  ALLOW_EXCHANGE,
  CREATE_CLIENT,
  DELETE_CLIENT,
  LIST_CLIENTS,
  LIST_SEEN_CLIENTS,
  type NewClient,
} from './described.ts';
import { presentAllSeen, presentClient } from './present-client.ts';

const NAME_CHARACTERS_MAX = 80;

export interface ClientRoutesDeps {
  portalClients: PortalClients;
  clientRules: ClientRules;
  publishedKeys: PublishedKeys;
}

/** `/portal/v1/organisations/{org}/clients`: OAuth clients that admins make for this organisation. For admins. */
export function createClientRoutes({
  clientRules,
  portalClients,
  publishedKeys,
}: ClientRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST_CLIENTS), async (context) => {
    const { id: orgId } = context.get('organisation');
    const { cursor, q, sort = 'created' } = context.req.valid('query');
    const after = readPlace(cursor, sort === 'name' ? 'name' : 'time');
    const { items, next, total } = await portalClients.page({ orgId, q }, { sort, after });
    return context.json({
      items: items.map(presentClient),
      next_cursor: next === undefined ? null : writePlace(next),
      total,
    });
  });

  app.get('/seen', describeRoute(LIST_SEEN_CLIENTS), async (context) => {
    const { id: orgId } = context.get('organisation');
    const { cursor, q, sort = 'approved' } = context.req.valid('query');
    const after = readPlace(cursor, sort === 'name' ? 'name' : 'time');
    const { items, next, total } = await portalClients.seenPage({ orgId, q }, { sort, after });
    return context.json({
      items: await presentAllSeen(orgId, items, clientRules),
      next_cursor: next === undefined ? null : writePlace(next),
      total,
    });
  });

  app.post('/', describeRoute(CREATE_CLIENT), async (context) => {
    const body = context.req.valid('json');
    const fault = findFault(body);
    if (fault !== undefined) throw new AppError('invalid_request', fault);
    const name = displayName(body.name, NAME_CHARACTERS_MAX);
    if (name === undefined) throw new AppError('invalid_request', 'name: must not be empty');
    if (body.jwks_uri !== undefined && (await publishedKeys(body.jwks_uri, undefined)) === undefined) {
      throw new AppError('invalid_request', 'jwks_uri: no keys could be read there from the internet');
    }
    const created = await portalClients.create({
      orgId: context.get('organisation').id,
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

  app.post('/:client/token-exchange', describeRoute(ALLOW_EXCHANGE), async (context) => {
    const { allowed } = context.req.valid('json');
    const decided = await portalClients.setTokenExchange({
      orgId: context.get('organisation').id,
      clientId: context.req.valid('param').client,
      allowed,
      decidedBy: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (decided === undefined) throw new AppError('not_found', 'There is no such client that proves itself.');
    return context.json({ client_id: decided.clientId, token_exchange: allowed });
  });

  app.post('/:client/delete', describeRoute(DELETE_CLIENT), async (context) => {
    const { client: clientId } = context.req.valid('param');
    const deleted = await portalClients.delete({
      orgId: context.get('organisation').id,
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
