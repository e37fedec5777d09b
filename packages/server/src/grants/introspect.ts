import { lowerAccess, scopeOf, type Access } from '../kernel/access.ts';
import type { Actor } from '../kernel/credential.ts';
import type { ClientId, OrganisationId } from '../kernel/ids.ts';
import { hashSecret } from '../kernel/secret.ts';
import { isWellFormedKey, looksLikeKey } from '../keys/key-secret.ts';
import type { Store } from '../store/store.ts';
import type { AccessTokens } from './access-tokens.ts';
import { actClaimOf, type ActClaim } from './act-claim.ts';
import { actorOf } from './actor.ts';
import { readStanding } from './standings.ts';

/** What a client learns of a live token of its own (RFC 7662 section 2.2). Times in seconds since the epoch. */
export interface LiveToken {
  active: true;
  client_id: string;
  sub: string;
  scope: string;
  iss: string;
  aud: string;
  token_type?: 'Bearer' | 'DPoP';
  exp?: number;
  cnf?: { jkt: string };
  act?: ActClaim;
}

export type Introspection = LiveToken | { active: false };

const INACTIVE = { active: false } as const;

/**
 * What becomes of a token that is presented now, asked of the database: its own life, its grant, its holder's role and
 * organisation. About another client's token nothing is told, not even that it exists.
 */
export function createIntrospect({
  store,
  accessTokens,
  mcpBaseUrl,
}: {
  store: Store;
  accessTokens: AccessTokens;
  mcpBaseUrl: string;
}) {
  /** Today's scope; undefined: the holder is nobody there any more. */
  async function scopeToday(orgId: OrganisationId, actor: Actor, access: Access) {
    const standing = await readStanding(store, orgId, actor);
    return standing && scopeOf(lowerAccess(access, standing.ceiling));
  }

  async function ofAccessToken(jwt: string, clientId: ClientId): Promise<Introspection> {
    const identified = await accessTokens.identify(jwt);
    if (identified === undefined || identified.clientId !== clientId) return INACTIVE;
    const credential = await accessTokens.verify(jwt);
    const grant = await store.grants.find(identified.orgId, identified.grantId);
    if (credential === undefined || grant === undefined || grant.revokedAt !== null) return INACTIVE;
    const scope = await scopeToday(credential.orgId, credential.actor, credential.access);
    if (scope === undefined) return INACTIVE;
    const { boundTo } = credential;
    const act = actClaimOf(credential.actingClients);
    return {
      active: true,
      client_id: clientId,
      sub: credential.actor.id,
      scope,
      iss: mcpBaseUrl,
      aud: mcpBaseUrl + (credential.resource ?? ''),
      token_type: boundTo === undefined ? 'Bearer' : 'DPoP',
      exp: identified.expiresAtSeconds,
      ...(boundTo === undefined ? {} : { cnf: { jkt: boundTo } }),
      ...(act === undefined ? {} : { act }),
    };
  }

  async function ofKey(secret: string, clientId: ClientId): Promise<Introspection> {
    const holder = isWellFormedKey(secret) ? await store.keys.findHolder(hashSecret(secret)) : undefined;
    if (holder === undefined || holder.clientId !== clientId) return INACTIVE;
    const actor = actorOf(holder);
    const scope = await scopeToday(holder.orgId, actor, holder.access);
    if (scope === undefined) return INACTIVE;
    return {
      active: true,
      client_id: clientId,
      sub: actor.id,
      scope,
      iss: mcpBaseUrl,
      aud: mcpBaseUrl + (holder.resource ?? ''),
      token_type: 'Bearer',
      ...(holder.expiresAtMs === null ? {} : { exp: Math.floor(Number(holder.expiresAtMs) / 1000) }),
    };
  }

  async function ofRefreshToken(token: string, clientId: ClientId): Promise<Introspection> {
    const found = await store.grants.findRefreshToken(hashSecret(token));
    if (found === undefined || found.grant.clientId !== clientId) return INACTIVE;
    const { grant } = found;
    if (found.expired || found.token.usedAt !== null || grant.revokedAt !== null) return INACTIVE;
    const actor = actorOf(grant);
    const scope = await scopeToday(grant.orgId, actor, grant.access);
    if (scope === undefined) return INACTIVE;
    return {
      active: true,
      client_id: clientId,
      sub: actor.id,
      scope,
      iss: mcpBaseUrl,
      aud: mcpBaseUrl + grant.resource,
      exp: Math.floor(found.token.expiresAt.getTime() / 1000),
    };
  }

  return async function introspect(token: string, clientId: ClientId): Promise<Introspection> {
    if (looksLikeKey(token)) return ofKey(token, clientId);
    return token.includes('.') ? ofAccessToken(token, clientId) : ofRefreshToken(token, clientId);
  };
}

export type Introspect = ReturnType<typeof createIntrospect>;
