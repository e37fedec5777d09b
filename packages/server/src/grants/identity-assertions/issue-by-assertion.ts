import { toAuditRow } from '../../audit/entry.ts';
import {
  highestAccess,
  lowerAccess,
  SCOPE_CALL,
  SCOPE_READ,
  scopeOf,
  type Access,
} from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, type KeyId, type OrganisationId, type UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret } from '../../kernel/secret.ts';
import { refusableTransaction } from '../../people/refusable-transaction.ts';
import type { Client } from '../../store/queries/clients.ts';
import type { Grant } from '../../store/queries/grants.ts';
import type { IssuerAccount } from '../../store/queries/identity-providers.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { AccessTokens } from '../access-tokens.ts';
import type { MachineTokenAnswer } from '../client-credentials.ts';
import type { ClientRules } from '../client-rules.ts';
import { PROOF_REPLAYED } from '../dpop/family-key.ts';
import { CLOCK_LEEWAY_SECONDS } from '../lifetimes.ts';
import type { PublishedKeys } from '../published-keys.ts';
import { readStanding } from '../standings.ts';
import type { TokenFault, TokenRequestContext } from '../token-answer.ts';
import { isSignedBy, readAssertion, type AssertedIdentity } from './read-assertion.ts';

export interface Place {
  /** Canonical path. */
  path: string;
  /** The slug that it names, if it names one. */
  org: string | undefined;
}

export interface AssertionRequest {
  client: Client;
  assertion: string;
  /** The requested scopes; undefined: as far as the assertion goes. */
  scopes: readonly string[] | undefined;
  /** The requested place; undefined: the one that the assertion names. */
  place: Place | undefined;
  /** What a resource indicator means here; undefined: nothing. */
  placeOf: (indicator: string) => Place | undefined;
}

/** With the organisation whose admins should learn of it, once it is known to be their matter. */
export interface AssertionFault extends TokenFault {
  orgId?: OrganisationId | undefined;
}

const ANYWHERE: Place = { path: '/mcp', org: undefined };

/**
 * A token on an identity provider's word (RFC 7523 section 2.1, with an ID-JAG): for the member whom an admin linked to
 * the asserted subject, within the member's role of today, the issuer's ceiling and what the provider allowed. No
 * refresh token: the provider is asked again. It is a JWT in key mode too, as a machine's is.
 */
export function createIssueByAssertion({
  store,
  accessTokens,
  clientRules,
  publishedKeys,
  clock,
  issuer,
}: {
  store: Store;
  accessTokens: AccessTokens;
  clientRules: ClientRules;
  publishedKeys: PublishedKeys;
  clock: Clock;
  /** Our own: whom the assertion must be meant for, and nobody else. */
  issuer: string;
}) {
  return async function issueByAssertion(
    request: AssertionRequest,
    { requestId, provenKey }: TokenRequestContext,
  ): Promise<Result<MachineTokenAnswer, AssertionFault>> {
    const { client, assertion } = request;
    // What a client's own organisation trusts is its own matter; strangers write into nobody's trail.
    const own = client.orgId ?? undefined;
    const nowSeconds = clock.nowMs() / 1000;
    const read = readAssertion(assertion, { issuer, clientId: client.id, nowSeconds });
    if (!read.ok) return invalidGrant(read.error, own);
    const { claims, keyId } = read.value;
    const place = placeMeant(request, claims);
    if (place === undefined) return invalidTarget('another resource, or none of this server', own);

    const genuine = await findGenuine(request, claims, place, keyId);
    const [account, another] = genuine.filter(({ userId }) => userId !== null);
    if (account === undefined) {
      const [known] = genuine;
      if (known === undefined) return invalidGrant('no key of an issuer that is trusted here', own);
      return invalidGrant(`linked to nobody: ${claims.sub}`, known.trusted.orgId);
    }
    if (another !== undefined) return invalidTarget('two organisations know this subject: name one', own);

    const { orgId } = account.trusted;
    const userId = account.userId as UserId;
    const actor = { kind: 'user', id: userId } as const;
    if ((await readStanding(store, orgId, actor)) === undefined) {
      return invalidGrant('the member or the organisation is suspended', orgId);
    }
    const destination = new URL(claims.iss).host;
    const known = await clientRules.standingOf(orgId, client, destination);
    if (known.kind === 'blocked') return invalidGrant('an admin has blocked the client', orgId);
    if (claims.cnf !== undefined && claims.cnf.jkt !== provenKey?.thumbprint) {
      return invalidGrant('bound to a key that the client did not show', orgId);
    }
    if (provenKey !== undefined && !(await provenKey.useOnce())) return fail({ ...PROOF_REPLAYED, orgId });

    return refusableTransaction(store, async (queries) => {
      const held = await queries.identityProviders.holdLink(orgId, claims.iss, claims.sub);
      const standing = held?.userId === userId ? await readStanding(queries, orgId, actor) : undefined;
      if (held === undefined || standing === undefined) return invalidGrant('ended just now', orgId);
      // Who blocks a client waits for whoever holds on to the organisation's row, or has been waited for above.
      if ((await clientRules.standingOf(orgId, client, destination, queries)).kind === 'blocked') {
        return invalidGrant('an admin has blocked the client just now', orgId);
      }
      if (!(await claimOnce(queries, claims))) return invalidGrant('used before', orgId);
      const about = { orgId, userId, clientId: client.id, issuer: claims.iss };
      const revokedAt = await queries.identityProviders.lastRevocation(about);
      const validFromMs = Math.max(revokedAt?.getTime() ?? 0, held.validFrom?.getTime() ?? 0);
      // What the provider said before somebody ended the connection does not open it again.
      if (claims.iat * 1000 < validFromMs) return invalidGrant('older than the last revocation', orgId);
      // Before the grant, as who deletes the client does: it waits for this, and then ends the new grant too.
      if (!(await queries.clients.touch(client.id))) return invalidGrant('the client was deleted', orgId);

      const most = lowerAccess(held.access, highestAccess(standing.role));
      const access = lowerAccess(lowerAccess(most, allowedBy(claims)), requestedBy(request.scopes));
      const {
        grant,
        keyId: grantKeyId,
        isNew,
      } = await keep(queries, { ...about, access, destination, client });
      await queries.audit.insertMany([
        toAuditRow(
          {
            orgId,
            action: isNew ? 'grant.created' : 'token.issued',
            actor,
            clientId: client.id,
            grantId: grant.id,
            keyId: grantKeyId,
            requestId,
            outcome: 'ok',
            detail: { issuer: claims.iss, subject: claims.sub, access, resource: place.path },
          },
          'event',
          clock,
        ),
      ]);
      const { token, expiresInSeconds } = accessTokens.issue({
        orgId,
        actor,
        clientId: client.id,
        grantId: grant.id,
        keyId: grantKeyId,
        access,
        role: standing.role,
        resource: place.path,
        grantExpiresAt: Math.floor(grant.expiresAt.getTime() / 1000),
        boundTo: provenKey?.thumbprint,
      });
      return ok({
        access_token: token,
        token_type: provenKey === undefined ? ('Bearer' as const) : ('DPoP' as const),
        expires_in: expiresInSeconds,
        scope: scopeOf(access),
      });
    });
  };

  /** The organisations that could be meant and whose own keys for the issuer have signed it. */
  async function findGenuine(
    { client, assertion }: AssertionRequest,
    claims: AssertedIdentity,
    place: Place,
    keyId: string | undefined,
  ): Promise<IssuerAccount[]> {
    const accounts = await store.identityProviders.findAccounts({
      issuer: claims.iss,
      subject: claims.sub,
      orgId: client.orgId ?? undefined,
      orgSlug: place.org,
    });
    const genuine: IssuerAccount[] = [];
    for (const account of accounts) {
      const { jwks, jwksUri, orgId } = account.trusted;
      const { aud_tenant: tenant } = claims;
      if (tenant !== undefined && tenant !== orgId && tenant !== account.orgSlug) continue;
      const keys = jwks ?? (jwksUri === null ? undefined : await publishedKeys(jwksUri, keyId));
      if (keys === undefined) continue;
      if (await isSignedBy(keys, assertion, new Date(clock.nowMs()))) genuine.push(account);
    }
    return genuine;
  }

  /** One row in the list of keys for as long as assertions come; a new one if it was revoked. */
  async function keep(
    queries: Queries,
    wanted: {
      orgId: OrganisationId;
      userId: UserId;
      issuer: string;
      access: Access;
      destination: string;
      client: Client;
    },
  ): Promise<{ grant: Grant; keyId: KeyId; isNew: boolean }> {
    const { client, ...columns } = wanted;
    const { orgId, userId, access, destination } = columns;
    const id = newId('grt');
    const resource = ANYWHERE.path;
    const grant = await queries.identityProviders.keepGrant({
      ...columns,
      id,
      clientId: client.id,
      resource,
    });
    if (grant.id !== id) {
      const key = await queries.keys.findOfGrant(orgId, grant.id);
      if (key === undefined) throw new Error('a grant without a key');
      return { grant, keyId: key.id, isNew: false };
    }
    const keyId = newId('key');
    const name = `${client.name} (through ${destination})`;
    await queries.keys.create({ id: keyId, orgId, userId, grantId: id, name, access, expiresAt: null });
    return { grant, keyId, isNew: true };
  }
}

export type IssueByAssertion = ReturnType<typeof createIssueByAssertion>;

/** RFC 8707 section 2: what the assertion names and what the client asks for must be one. */
function placeMeant({ place, placeOf }: AssertionRequest, claims: AssertedIdentity): Place | undefined {
  if (claims.resource === undefined) return place ?? ANYWHERE;
  const named = placeOf(claims.resource);
  return place === undefined || place.path === named?.path ? named : undefined;
}

/** A provider that names scopes has limited what it allows to them. */
function allowedBy({ scope }: AssertedIdentity): Access {
  return scope === undefined || scope.split(' ').includes(SCOPE_CALL) ? 'full' : 'read';
}

function requestedBy(scopes: readonly string[] | undefined): Access {
  return scopes?.includes(SCOPE_READ) === true && !scopes.includes(SCOPE_CALL) ? 'read' : 'full';
}

function claimOnce(queries: Queries, { iss, jti, exp }: AssertedIdentity): Promise<boolean> {
  const id = hashSecret(JSON.stringify([iss, jti]));
  return queries.usedIds.claim('identity_assertion', id, Math.ceil(exp) + CLOCK_LEEWAY_SECONDS);
}

function invalidGrant(detail: string, orgId: OrganisationId | undefined): Result<never, AssertionFault> {
  return fail({ error: 'invalid_grant', detail, orgId });
}

function invalidTarget(detail: string, orgId: OrganisationId | undefined): Result<never, AssertionFault> {
  return fail({ error: 'invalid_target', detail, orgId });
}
