import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Client } from '../../store/queries/clients.ts';
import type { IssuerAccount } from '../../store/queries/identity-providers.ts';
import type { Store } from '../../store/store.ts';
import type { PublishedKeys } from '../published-keys.ts';
import type { TokenFault } from '../token-answer.ts';
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

/** What a genuine assertion comes down to here. */
export interface AssertedMember {
  claims: AssertedIdentity;
  place: Place;
  orgId: OrganisationId;
  userId: UserId;
}

/** The single connector URL: where a token is good if nobody says more. */
export const ANYWHERE: Place = { path: '/mcp', org: undefined };

/** Whose word an assertion is, and which member of which organisation it is about. Nothing is used up by asking. */
export function createFindMember({
  store,
  publishedKeys,
  clock,
  issuer,
}: {
  store: Store;
  publishedKeys: PublishedKeys;
  clock: Clock;
  /** Our own: whom the assertion must be meant for, and nobody else. */
  issuer: string;
}) {
  return async function findMember(
    request: AssertionRequest,
  ): Promise<Result<AssertedMember, AssertionFault>> {
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
    const [known] = genuine;
    if (known === undefined) return invalidGrant('no key of an issuer that is trusted here', own);
    const members = genuine.flatMap(({ trusted: { orgId }, userId }) =>
      userId === null ? [] : [{ claims, place, orgId, userId }],
    );
    const [member, another] = members;
    if (member === undefined) return invalidGrant(`linked to nobody: ${claims.sub}`, known.trusted.orgId);
    if (another !== undefined) return invalidTarget('two organisations know this subject: name one', own);
    return ok(member);
  };

  /** Under an address that nobody has, nobody is found. */
  async function findAccounts({
    org,
    ...asserted
  }: {
    issuer: string;
    subject: string;
    orgId: OrganisationId | undefined;
    org: string | undefined;
  }): Promise<IssuerAccount[]> {
    if (org === undefined) return store.identityProviders.findAccounts(asserted);
    const named = await store.organisationSlugs.findOrganisation(org);
    if (named === undefined || (asserted.orgId !== undefined && asserted.orgId !== named.id)) return [];
    return store.identityProviders.findAccounts({ ...asserted, orgId: named.id });
  }

  async function isAddressOf(orgId: OrganisationId, slug: string): Promise<boolean> {
    return (await store.organisationSlugs.findOrganisation(slug))?.id === orgId;
  }

  /** The organisations that could be meant and whose own keys for the issuer have signed it. */
  async function findGenuine(
    { client, assertion }: AssertionRequest,
    claims: AssertedIdentity,
    place: Place,
    keyId: string | undefined,
  ): Promise<IssuerAccount[]> {
    const accounts = await findAccounts({
      issuer: claims.iss,
      subject: claims.sub,
      orgId: client.orgId ?? undefined,
      org: place.org,
    });
    const genuine: IssuerAccount[] = [];
    for (const account of accounts) {
      const { jwks, jwksUri, orgId } = account.trusted;
      const { aud_tenant: tenant } = claims;
      if (tenant !== undefined && tenant !== orgId && !(await isAddressOf(orgId, tenant))) continue;
      const keys = jwks ?? (jwksUri === null ? undefined : await publishedKeys(jwksUri, keyId));
      if (keys === undefined) continue;
      if (await isSignedBy(keys, assertion, new Date(clock.nowMs()))) genuine.push(account);
    }
    return genuine;
  }
}

/** RFC 8707 section 2: what the assertion names and what the client asks for must be one. */
function placeMeant({ place, placeOf }: AssertionRequest, claims: AssertedIdentity): Place | undefined {
  if (claims.resource === undefined) return place ?? ANYWHERE;
  const named = placeOf(claims.resource);
  return place === undefined || place.path === named?.path ? named : undefined;
}

export function invalidGrant(
  detail: string,
  orgId: OrganisationId | undefined,
): Result<never, AssertionFault> {
  return fail({ error: 'invalid_grant', detail, orgId });
}

function invalidTarget(detail: string, orgId: OrganisationId | undefined): Result<never, AssertionFault> {
  return fail({ error: 'invalid_target', detail, orgId });
}
