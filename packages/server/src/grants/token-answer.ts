import { scopeOf, type Access, type Role } from '../kernel/access.ts';
import type { KeyId, RequestId } from '../kernel/ids.ts';
import { fail, type Result } from '../kernel/result.ts';
import { hashSecret, randomToken } from '../kernel/secret.ts';
import { newKeySecret, type KeyEnvironment } from '../keys/key-secret.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Grant } from '../store/queries/grants.ts';
import { actorOf } from './actor.ts';
import type { AccessTokens, AccessTokenSubject } from './access-tokens.ts';
import type { ProvenKey } from './dpop/dpop.ts';
import { GRANT_KEY_SECONDS } from './lifetimes.ts';

/** A successful token response (RFC 6749 section 5.1). `expires_in` in seconds. */
export interface AccessTokenAnswer {
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  expires_in: number;
  scope: string;
}

export interface TokenAnswer extends AccessTokenAnswer {
  refresh_token: string;
}

/** Why a token request was refused, in the words of RFC 6749 section 5.2; `detail` is for the log alone. */
export interface TokenFault {
  error: 'invalid_grant' | 'invalid_target' | 'invalid_dpop_proof';
  detail: string;
}

/** A code, a token or an assertion that is not good any more, or never was. */
export function invalidGrant(detail: string): Result<never, TokenFault> {
  return fail({ error: 'invalid_grant', detail });
}

export interface TokenRequestContext {
  requestId: RequestId;
  /** The key that the client showed a proof of, for tokens that are bound to it (RFC 9449 section 5). */
  provenKey?: ProvenKey | undefined;
}

/** A JWT of ours as the answer to whoever asked for it. */
export function issueAnswer(accessTokens: AccessTokens, subject: AccessTokenSubject): AccessTokenAnswer {
  const { token, expiresInSeconds } = accessTokens.issue(subject);
  return {
    access_token: token,
    token_type: subject.boundTo === undefined ? 'Bearer' : 'DPoP',
    expires_in: expiresInSeconds,
    scope: scopeOf(subject.access),
  };
}

/** New credentials for a grant, before anything of them is stored. */
export interface MintedTokens {
  answer: TokenAnswer;
  refreshHash: string;
  /** In key mode: the key's new secret. */
  keySecret: { hash: string; hint: string; expiresAt: Date } | undefined;
}

/** Makes the credentials of a grant: an access token or, in key mode, a key; and a refresh token either way. */
export function createMint({
  accessTokens,
  environment,
  clock,
}: {
  accessTokens: AccessTokens;
  environment: KeyEnvironment;
  clock: Clock;
}) {
  /** A key of ours is a bearer credential: in key mode `boundTo` has no effect, and the answer says Bearer. */
  return function mint(
    grant: Grant,
    keyId: KeyId,
    access: Access,
    role: Role,
    boundTo?: string,
  ): MintedTokens {
    const refreshToken = randomToken();
    const grantExpiresAt = Math.floor(grant.expiresAt.getTime() / 1000);
    const refreshHash = hashSecret(refreshToken);
    if (grant.tokenMode === 'key') {
      const nowSeconds = Math.floor(clock.nowMs() / 1000);
      const expiresIn = Math.max(0, Math.min(GRANT_KEY_SECONDS, grantExpiresAt - nowSeconds));
      const { secret, hash, hint } = newKeySecret(environment);
      const expiresAt = new Date((nowSeconds + expiresIn) * 1000);
      return {
        answer: {
          access_token: secret,
          token_type: 'Bearer',
          expires_in: expiresIn,
          refresh_token: refreshToken,
          scope: scopeOf(access),
        },
        refreshHash,
        keySecret: { hash, hint, expiresAt },
      };
    }
    const issued = issueAnswer(accessTokens, {
      orgId: grant.orgId,
      actor: actorOf(grant),
      clientId: grant.clientId,
      grantId: grant.id,
      keyId,
      access,
      role,
      resource: grant.resource,
      grantExpiresAt,
      boundTo,
    });
    return { answer: { ...issued, refresh_token: refreshToken }, refreshHash, keySecret: undefined };
  };
}

export type Mint = ReturnType<typeof createMint>;
