import { recordEvent } from '../../audit/record-event.ts';
import { accessAskedFor, lowerAccess, SCOPE_CALL, type Access, type Role } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, type KeyId, type RequestId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret } from '../../kernel/secret.ts';
import { refusableTransaction } from '../../people/refusable-transaction.ts';
import type { Client } from '../../store/queries/clients.ts';
import type { Grant } from '../../store/queries/grants.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { AccessTokens } from '../access-tokens.ts';
import type { ClientRules } from '../client-rules.ts';
import { PROOF_REPLAYED } from '../dpop/family-key.ts';
import { CLOCK_LEEWAY_SECONDS } from '../lifetimes.ts';
import type { PublishedKeys } from '../published-keys.ts';
import { readStanding } from '../standings.ts';
import { issueAnswer, type AccessTokenAnswer, type TokenRequestContext } from '../token-answer.ts';
import {
  ANYWHERE,
  createFindMember,
  invalidGrant,
  type AssertedMember,
  type AssertionFault,
  type AssertionRequest,
} from './find-member.ts';
import type { AssertedIdentity } from './read-assertion.ts';

/** A connection by a provider's word, and what may be issued from it now. */
interface Connection {
  grant: Grant;
  keyId: KeyId;
  access: Access;
  role: Role;
}

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
  const findMember = createFindMember({ store, publishedKeys, clock, issuer });

  return async function issueByAssertion(
    request: AssertionRequest,
    { requestId, provenKey }: TokenRequestContext,
  ): Promise<Result<AccessTokenAnswer, AssertionFault>> {
    const found = await findMember(request);
    if (!found.ok) return found;
    const { claims, place, orgId, userId } = found.value;
    const actor = { kind: 'user', id: userId } as const;
    if (claims.cnf !== undefined && claims.cnf.jkt !== provenKey?.thumbprint) {
      return invalidGrant('bound to a key that the client did not show', orgId);
    }
    // Here and below: a refusal that is already sure should use up neither the proof nor a transaction.
    if ((await readStanding(store, orgId, actor)) === undefined) {
      return invalidGrant('the member or the organisation is suspended', orgId);
    }
    if (provenKey !== undefined && !(await provenKey.useOnce())) return fail({ ...PROOF_REPLAYED, orgId });

    const connected = await refusableTransaction(store, (queries) =>
      connect(queries, request, found.value, requestId),
    );
    if (!connected.ok) return connected;
    const { grant, keyId, access, role } = connected.value;
    const answer = issueAnswer(accessTokens, {
      orgId,
      actor,
      clientId: request.client.id,
      grantId: grant.id,
      keyId,
      access,
      role,
      resource: place.path,
      grantExpiresAt: Math.floor(grant.expiresAt.getTime() / 1000),
      boundTo: provenKey?.thumbprint,
    });
    return ok(answer);
  };

  /** Uses the assertion up. Whoever ends what it rests on meanwhile is seen here, or waits and ends what comes of it. */
  async function connect(
    queries: Queries,
    { client, scopes }: AssertionRequest,
    { claims, place, orgId, userId }: AssertedMember,
    requestId: RequestId,
  ): Promise<Result<Connection, AssertionFault>> {
    const actor = { kind: 'user', id: userId } as const;
    const held = await queries.identityProviders.holdLink(orgId, claims.iss, claims.sub);
    const standing = held?.userId === userId ? await readStanding(queries, orgId, actor) : undefined;
    if (held === undefined || standing === undefined) return invalidGrant('ended just now', orgId);
    const destination = new URL(claims.iss).host;
    if ((await clientRules.standingOf(orgId, client, destination, queries)).kind === 'blocked') {
      return invalidGrant('an admin has blocked the client', orgId);
    }
    if (!(await claimOnce(queries, claims))) return invalidGrant('used before', orgId);
    // Before the grant, as who deletes the client does, so that the two never wait for each other.
    if (!(await queries.clients.touch(client.id))) return invalidGrant('the client was deleted', orgId);

    const { role } = standing;
    const most = lowerAccess(held.access, standing.ceiling);
    const access = lowerAccess(lowerAccess(most, allowedBy(claims)), accessAskedFor(scopes));
    const about = { orgId, userId, clientId: client.id, issuer: claims.iss };
    const { grant, keyId, isNew } = await keep(queries, { ...about, access, destination }, client);
    // Only now, because a new grant may be one whose predecessor was revoked while we waited for its row.
    const revokedAt = await queries.identityProviders.lastRevocation(about);
    const validFromMs = Math.max(revokedAt?.getTime() ?? 0, held.validFrom?.getTime() ?? 0);
    // What the provider said before somebody ended the connection does not open it again.
    if (claims.iat * 1000 < validFromMs) return invalidGrant('older than the last revocation', orgId);
    await recordEvent(queries, clock, {
      orgId,
      action: isNew ? 'grant.created' : 'token.issued',
      actor,
      clientId: client.id,
      grantId: grant.id,
      keyId,
      requestId,
      outcome: 'ok',
      detail: { issuer: claims.iss, subject: claims.sub, access, resource: place.path },
    });
    return ok({ grant, keyId, access, role });
  }
}

export type IssueByAssertion = ReturnType<typeof createIssueByAssertion>;

/** One row in the list of keys for as long as assertions come; a new one if it was revoked. */
async function keep(
  queries: Queries,
  wanted: Omit<Parameters<Queries['identityProviders']['keepGrant']>[0], 'id' | 'resource'>,
  client: Client,
): Promise<{ grant: Grant; keyId: KeyId; isNew: boolean }> {
  const { orgId, userId, access, destination } = wanted;
  const id = newId('grt');
  const grant = await queries.identityProviders.keepGrant({ ...wanted, id, resource: ANYWHERE.path });
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

/** A provider that names scopes has limited what it allows to them. */
function allowedBy({ scope }: AssertedIdentity): Access {
  return scope === undefined || scope.split(' ').includes(SCOPE_CALL) ? 'full' : 'read';
}

function claimOnce(queries: Queries, { iss, jti, exp }: AssertedIdentity): Promise<boolean> {
  const id = hashSecret(JSON.stringify([iss, jti]));
  return queries.usedIds.claim('identity_assertion', id, Math.ceil(exp) + CLOCK_LEEWAY_SECONDS);
}
