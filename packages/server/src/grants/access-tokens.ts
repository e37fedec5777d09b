import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { scopeOf, type Access, type Role } from '../kernel/access.ts';
import { createCacheFigures } from '../kernel/cache-figures.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Actor, VerifiedCredential } from '../kernel/credential.ts';
import type { ClientId, GrantId, KeyId, OrganisationId } from '../kernel/ids.ts';
import { hashSecret, randomToken } from '../kernel/secret.ts';
import type { Soon } from '../kernel/soon.ts';
import { actClaimOf, actClaimSchema, actingClientsOf } from './act-claim.ts';
import type { MayAct } from './acting-clients.ts';
import { ACCESS_TOKEN_SECONDS, CLOCK_LEEWAY_SECONDS } from './lifetimes.ts';
import { actorFromSubject } from './actor.ts';
import type { LoweredGrants } from './lowered-grants.ts';
import type { RevokedGrants } from './revoked-grants.ts';
import type { Signing } from './signing.ts';

export const ACCESS_TOKEN_TYPE = 'at+jwt';
const CACHED_TOKENS_MAX = 50_000;

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  client_id: z.string(),
  exp: z.number(),
  jti: z.string(),
  org: z.string(),
  access: z.enum(['read', 'full']),
  gid: z.string(),
  key: z.string(),
  cnf: z.object({ jkt: z.string() }).optional(),
  act: actClaimSchema.optional(),
});
type Claims = z.infer<typeof claimsSchema>;

export interface AccessTokenSubject {
  orgId: OrganisationId;
  actor: Actor;
  clientId: ClientId;
  grantId: GrantId;
  keyId: KeyId;
  access: Access;
  role: Role;
  /** Canonical path of the resource; the audience is our origin and this path. */
  resource: string;
  /** Seconds since the epoch; a token never outlives its grant. */
  grantExpiresAt: number;
  /** Thumbprint of the key that it is bound to (RFC 9449 section 6.1). */
  boundTo?: string | undefined;
  /** The clients that it was exchanged by, the latest first (RFC 8693 section 4.1). */
  actingClients?: readonly ClientId[] | undefined;
}

/** Whose a genuine token is, whatever became of its grant. */
export interface IdentifiedToken {
  clientId: string;
  tokenId: string;
  orgId: OrganisationId;
  grantId: GrantId;
  expiresAtSeconds: number;
}

/** Access tokens in token mode: ES256 JWTs as RFC 9068 describes them. They hold no personal data. */
export function createAccessTokens({
  signing,
  revoked,
  lowered,
  mayAct,
  clock,
  mcpBaseUrl,
}: {
  signing: Signing;
  revoked: RevokedGrants;
  lowered: LoweredGrants;
  mayAct: MayAct;
  clock: Clock;
  mcpBaseUrl: string;
}) {
  const cache = new LRUCache<string, Claims>({ max: CACHED_TOKENS_MAX });
  /** Of each that is held there: whoever is asked again hands out the same one. */
  const credentials = new WeakMap<Claims, VerifiedCredential>();
  const figures = createCacheFigures(() => cache.size);
  let generation = signing.generation();

  function verifyClaims(jwt: string): Claims | undefined {
    const payload = signing.verify(ACCESS_TOKEN_TYPE, jwt);
    const claims = payload && claimsSchema.safeParse(payload);
    if (!claims?.success || claims.data.iss !== mcpBaseUrl) return undefined;
    return claims.data.aud.startsWith(`${mcpBaseUrl}/`) ? claims.data : undefined;
  }

  /** The claims of a genuine token within its life, whatever became of its grant. */
  function read(jwt: string, hash: string): Claims | undefined {
    if (signing.generation() !== generation) {
      generation = signing.generation();
      cache.clear();
    }
    const cached = cache.get(hash);
    if (cached === undefined) figures.misses += 1;
    else figures.hits += 1;
    const claims = cached ?? verifyClaims(jwt);
    if (claims === undefined) return undefined;
    if (claims.exp + CLOCK_LEEWAY_SECONDS <= clock.nowMs() / 1000) {
      cache.delete(hash);
      return undefined;
    }
    if (cached === undefined) cache.set(hash, claims);
    return claims;
  }

  /** At once, if nothing has to be asked: who acts for another is asked about. */
  function judge(jwt: string, hash: string): Soon<VerifiedCredential | undefined> {
    const claims = read(jwt, hash);
    if (claims === undefined) return undefined;
    const orgId = claims.org as OrganisationId;
    const grantId = claims.gid as GrantId;
    const isLive = revoked.isLive(orgId, grantId, claims.jti);
    if (isLive === false) return undefined;
    if (isLive !== true || claims.act !== undefined) return judgeSlowly(claims, orgId, grantId, isLive);
    const access = lowered.accessOf(orgId, grantId, claims.access);
    return typeof access === 'string'
      ? knownCredential(claims, access)
      : access.then((left) => knownCredential(claims, left));
  }

  function knownCredential(claims: Claims, access: Access): VerifiedCredential {
    const known = credentials.get(claims);
    if (known?.access === access) return known;
    const credential = credentialOf(claims, access);
    credentials.set(claims, credential);
    return credential;
  }

  async function judgeSlowly(
    claims: Claims,
    orgId: OrganisationId,
    grantId: GrantId,
    isLive: Soon<boolean>,
  ): Promise<VerifiedCredential | undefined> {
    if (!(await isLive)) return undefined;
    const actingClients = actingClientsOf(claims.act);
    for (const clientId of actingClients ?? []) {
      if (!(await mayAct(orgId, clientId))) return undefined;
    }
    return credentialOf(claims, await lowered.accessOf(orgId, grantId, claims.access), actingClients);
  }

  function credentialOf(
    claims: Claims,
    access: Access,
    actingClients?: readonly ClientId[],
  ): VerifiedCredential {
    return {
      kind: 'token',
      orgId: claims.org as OrganisationId,
      actor: actorFromSubject(claims.sub),
      access,
      keyId: claims.key as KeyId,
      grantId: claims.gid as GrantId,
      clientId: claims.client_id as ClientId,
      resource: claims.aud.slice(mcpBaseUrl.length),
      boundTo: claims.cnf?.jkt,
      tokenId: claims.jti,
      actingClients,
    };
  }

  return {
    figures,

    issue(subject: AccessTokenSubject): { token: string; expiresInSeconds: number } {
      const act = actClaimOf(subject.actingClients);
      const iat = Math.floor(clock.nowMs() / 1000);
      const exp = Math.min(iat + ACCESS_TOKEN_SECONDS, subject.grantExpiresAt);
      const token = signing.sign(ACCESS_TOKEN_TYPE, {
        iss: mcpBaseUrl,
        aud: mcpBaseUrl + subject.resource,
        sub: subject.actor.id,
        client_id: subject.clientId,
        iat,
        exp,
        jti: randomToken(),
        scope: scopeOf(subject.access),
        org: subject.orgId,
        role: subject.role,
        access: subject.access,
        gid: subject.grantId,
        key: subject.keyId,
        ...(subject.boundTo === undefined ? {} : { cnf: { jkt: subject.boundTo } }),
        ...(act === undefined ? {} : { act }),
      });
      return { token, expiresInSeconds: Math.max(0, exp - iat) };
    },

    /** Undefined: not ours, expired, its grant has ended, or who acts with it may no longer. */
    verify(jwt: string, hash = hashSecret(jwt)): Soon<VerifiedCredential | undefined> {
      const preparing = signing.prepare(jwt);
      return preparing === undefined ? judge(jwt, hash) : preparing.then(() => judge(jwt, hash));
    },

    /** For its revocation (RFC 7009) and introspection (RFC 7662): whose it is, and its id. */
    async identify(jwt: string): Promise<IdentifiedToken | undefined> {
      await signing.prepare(jwt);
      const claims = read(jwt, hashSecret(jwt));
      return (
        claims && {
          clientId: claims.client_id,
          tokenId: claims.jti,
          orgId: claims.org as OrganisationId,
          grantId: claims.gid as GrantId,
          expiresAtSeconds: claims.exp,
        }
      );
    },
  };
}

export type AccessTokens = ReturnType<typeof createAccessTokens>;
