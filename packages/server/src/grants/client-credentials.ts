import { accessAskedFor, ceilingOf, lowerAccess } from '../kernel/access.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Client } from '../store/queries/clients.ts';
import type { Store } from '../store/store.ts';
import type { AccessTokens } from './access-tokens.ts';
import { actorOf } from './actor.ts';
import { PROOF_REPLAYED } from './dpop/family-key.ts';
import {
  invalidGrant,
  issueAnswer,
  type AccessTokenAnswer,
  type TokenFault,
  type TokenRequestContext,
} from './token-answer.ts';

export interface ClientCredentialsRequest {
  client: Client;
  /** The requested scopes; undefined: all that the agent may. */
  scopes: readonly string[] | undefined;
  /** The requested place; `org` is the slug that its path names, if it names one. */
  resource: { path: string; org: string | undefined };
}

/**
 * A machine's token (RFC 6749 section 4.4): its client acts as the agent that it was made with, within that agent's
 * role of today. It is a JWT in key mode too: a key is for who cannot ask for a token again. No refresh token.
 */
export function createClientCredentials({
  store,
  accessTokens,
}: {
  store: Store;
  accessTokens: AccessTokens;
}) {
  /** Rarely asked: machines name the address of today. */
  async function isFormer(orgId: OrganisationId, slug: string): Promise<boolean> {
    return (await store.organisationSlugs.findOrganisation(slug))?.id === orgId;
  }

  return async function issueToMachine(
    { client, scopes, resource }: ClientCredentialsRequest,
    { provenKey }: Pick<TokenRequestContext, 'provenKey'>,
  ): Promise<Result<AccessTokenAnswer, TokenFault>> {
    if (client.orgId === null) return invalidGrant('the client belongs to no organisation');
    const found = await store.tokens.findMachine(client.orgId, client.id);
    if (found === undefined) return invalidGrant('the client has no grant');
    const { grant, keyId, expired, maxAccess, orgSlug, role } = found;
    if (grant.revokedAt !== null) return invalidGrant('the grant was revoked');
    if (expired) return invalidGrant('the grant expired');
    if (role === null) return invalidGrant('the agent or its organisation is suspended');
    if (
      resource.org !== undefined &&
      resource.org !== orgSlug &&
      !(await isFormer(grant.orgId, resource.org))
    ) {
      return fail({ error: 'invalid_target', detail: 'a resource of another organisation' });
    }
    if (provenKey !== undefined && !(await provenKey.useOnce())) return fail(PROOF_REPLAYED);

    const most = lowerAccess(grant.access, ceilingOf(role, maxAccess));
    const answer = issueAnswer(accessTokens, {
      orgId: grant.orgId,
      actor: actorOf(grant),
      clientId: client.id,
      grantId: grant.id,
      keyId,
      access: lowerAccess(most, accessAskedFor(scopes)),
      role,
      resource: resource.path,
      grantExpiresAt: Math.floor(grant.expiresAt.getTime() / 1000),
      boundTo: provenKey?.thumbprint,
    });
    return ok(answer);
  };
}

export type IssueToMachine = ReturnType<typeof createClientCredentials>;
