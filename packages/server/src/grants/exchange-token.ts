import { recordEvent } from '../audit/record-event.ts';
import { accessAskedFor, lowerAccess, type Access } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Actor } from '../kernel/credential.ts';
import type { ClientId, GrantId, KeyId, OrganisationId } from '../kernel/ids.ts';
import type { OrganisationNames } from '../kernel/organisation-names.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { hashSecret } from '../kernel/secret.ts';
import { isWellFormedKey, looksLikeKey } from '../keys/key-secret.ts';
import type { Client } from '../store/queries/clients.ts';
import type { Store } from '../store/store.ts';
import type { AccessTokens } from './access-tokens.ts';
import { readMayAct } from './acting-clients.ts';
import { actorOf } from './actor.ts';
import { readStanding } from './standings.ts';
import { issueAnswer, type AccessTokenAnswer, type TokenRequestContext } from './token-answer.ts';

export const ACCESS_TOKEN_URN = 'urn:ietf:params:oauth:token-type:access_token';
/** How many clients a token may have passed through. */
const ACTING_CLIENTS_MAX = 3;

export interface TokenExchange {
  client: Client;
  subjectToken: string;
  /** The subject is said to be a JWT, which a key is not. */
  isJwt: boolean;
  /** The requested scopes; undefined: the subject's. */
  scopes: readonly string[] | undefined;
  /** The requested place, and whether the subject's covers it; undefined: the subject's own. */
  resource:
    | {
        path: string;
        isWithin: (subjectResource: string, names: OrganisationNames, nowMs: number) => boolean;
      }
    | undefined;
}

/** Never with a refresh token: who needs another one exchanges again. */
export interface ExchangeAnswer extends AccessTokenAnswer {
  issued_token_type: typeof ACCESS_TOKEN_URN;
}

export interface ExchangeFault {
  reason: 'client_not_allowed' | 'subject_refused' | 'resource_refused' | 'chain_too_long' | 'proof_replayed';
}

/** A live access token of ours, as the database and its own claims know it. */
interface SubjectToken {
  orgId: OrganisationId;
  actor: Actor;
  access: Access;
  keyId: KeyId;
  grantId: GrantId;
  clientId: ClientId;
  resource: string;
  actingClients: readonly ClientId[];
  boundTo: string | undefined;
  expiresAtSeconds: number;
}

/**
 * Token exchange (RFC 8693): a client that an admin allowed it trades somebody's access token for one of its own, for
 * the same person and never for more. The new token hangs on the subject's grant, so it dies with it, and says in `act`
 * who acts. It is a JWT in key mode too: the key is the subject's, and nobody else is given one.
 */
export function createExchangeToken({
  store,
  accessTokens,
  clock,
}: {
  store: Store;
  accessTokens: AccessTokens;
  clock: Clock;
}) {
  async function ofJwt(jwt: string): Promise<SubjectToken | undefined> {
    const credential = await accessTokens.verify(jwt);
    const identified = await accessTokens.identify(jwt);
    if (credential === undefined || identified === undefined) return undefined;
    const { grantId, clientId, resource } = credential;
    if (grantId === undefined || clientId === undefined || resource === undefined) return undefined;
    return {
      ...credential,
      grantId,
      clientId,
      resource,
      actingClients: credential.actingClients ?? [],
      boundTo: credential.boundTo,
      expiresAtSeconds: identified.expiresAtSeconds,
    };
  }

  /** Keys that a grant minted are access tokens (key mode). One that a person made by hand is not, and has no grant. */
  async function ofKey(secret: string): Promise<SubjectToken | undefined> {
    const holder = isWellFormedKey(secret) ? await store.keys.findHolder(hashSecret(secret)) : undefined;
    if (holder === undefined) return undefined;
    const { grantId, clientId, resource, expiresAtMs } = holder;
    if (grantId === null || clientId === null || resource === null) return undefined;
    return {
      ...holder,
      grantId,
      clientId,
      resource,
      actor: actorOf(holder),
      actingClients: [],
      boundTo: undefined,
      expiresAtSeconds:
        expiresAtMs === null ? Number.POSITIVE_INFINITY : Math.floor(Number(expiresAtMs) / 1000),
    };
  }

  return async function exchangeToken(
    { client, subjectToken, isJwt, scopes, resource }: TokenExchange,
    { provenKey, requestId }: TokenRequestContext,
  ): Promise<Result<ExchangeAnswer, ExchangeFault>> {
    const { orgId } = client;
    if (orgId === null || !(await readMayAct(store, orgId, client.id))) return refuse('client_not_allowed');
    const subject = await (looksLikeKey(subjectToken) && !isJwt ? ofKey(subjectToken) : ofJwt(subjectToken));
    // Another organisation's token is as unknown here as one that never was.
    if (subject === undefined || subject.orgId !== orgId) return refuse('subject_refused');
    if (subject.boundTo !== undefined && provenKey?.thumbprint !== subject.boundTo) {
      return refuse('subject_refused');
    }
    const grant = await store.grants.find(orgId, subject.grantId);
    const standing = await readStanding(store, orgId, subject.actor);
    if (grant === undefined || grant.revokedAt !== null || standing === undefined)
      return refuse('subject_refused');
    const endsAtSeconds = Math.min(subject.expiresAtSeconds, Math.floor(grant.expiresAt.getTime() / 1000));
    // The subject may be used a little past its end, because clocks differ; what is made of it may not.
    if (endsAtSeconds <= clock.nowMs() / 1000) return refuse('subject_refused');
    if (resource !== undefined && !resource.isWithin(subject.resource, standing, clock.nowMs())) {
      return refuse('resource_refused');
    }
    if (subject.actingClients.length >= ACTING_CLIENTS_MAX) return refuse('chain_too_long');
    if (provenKey !== undefined && !(await provenKey.useOnce())) return refuse('proof_replayed');

    const most = lowerAccess(subject.access, standing.ceiling);
    const access = lowerAccess(most, accessAskedFor(scopes));
    const actingClients = [client.id, ...subject.actingClients];
    const answer = issueAnswer(accessTokens, {
      ...subject,
      clientId: client.id,
      access,
      role: standing.role,
      resource: resource?.path ?? subject.resource,
      grantExpiresAt: endsAtSeconds,
      boundTo: provenKey?.thumbprint,
      actingClients,
    });
    await recordEvent(store, clock, {
      orgId,
      action: 'token.exchanged',
      actor: subject.actor,
      clientId: client.id,
      grantId: subject.grantId,
      keyId: subject.keyId,
      requestId,
      outcome: 'ok',
      detail: {
        from: subject.clientId,
        acting: actingClients,
        access,
        resource: resource?.path ?? subject.resource,
      },
    });
    return ok({ ...answer, issued_token_type: ACCESS_TOKEN_URN });
  };
}

export type ExchangeToken = ReturnType<typeof createExchangeToken>;

function refuse(reason: ExchangeFault['reason']): Result<never, ExchangeFault> {
  return fail({ reason });
}
