import { toAuditRow } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ClientId, GrantId, OrganisationId, RequestId } from '../kernel/ids.ts';
import { hashSecret } from '../kernel/secret.ts';
import { looksLikeKey } from '../keys/key-secret.ts';
import type { Store } from '../store/store.ts';
import type { AccessTokens } from './access-tokens.ts';

/**
 * Token revocation by a client (RFC 7009 section 2.1): a refresh token or a key ends its grant, an access token ends
 * itself. Another client's token and an unknown one have no effect, and nothing tells them apart.
 */
export function createRevokeToken({
  store,
  clock,
  accessTokens,
}: {
  store: Store;
  clock: Clock;
  accessTokens: AccessTokens;
}) {
  async function grantBehind(
    token: string,
  ): Promise<{ orgId: OrganisationId; grantId: GrantId; clientId: ClientId } | undefined> {
    const hash = hashSecret(token);
    if (looksLikeKey(token)) {
      const holder = await store.keys.findHolder(hash);
      if (holder === undefined || holder.grantId === null || holder.clientId === null) return undefined;
      return { orgId: holder.orgId, grantId: holder.grantId, clientId: holder.clientId };
    }
    const found = await store.grants.findRefreshToken(hash);
    return found && { orgId: found.grant.orgId, grantId: found.grant.id, clientId: found.grant.clientId };
  }

  return async function revokeToken(token: string, clientId: ClientId, requestId: RequestId): Promise<void> {
    const accessToken = await accessTokens.identify(token);
    if (accessToken !== undefined) {
      if (accessToken.clientId !== clientId) return;
      const { orgId, grantId, tokenId } = accessToken;
      await store.transaction(async (queries) => {
        await queries.changes.add('token', tokenId);
        await recordEvent(queries, clock, {
          orgId,
          action: 'token.revoked',
          actor: { kind: 'client', id: clientId },
          clientId,
          grantId,
          requestId,
          outcome: 'ok',
        });
      });
      return;
    }
    const behind = await grantBehind(token);
    if (behind === undefined || behind.clientId !== clientId) return;
    const ended = {
      ...behind,
      action: 'grant.revoked',
      actor: { kind: 'client', id: clientId },
      requestId,
      outcome: 'ok',
      detail: { why: 'by_client' },
    } as const;
    await store.grantEnds.end(behind.orgId, behind.grantId, 'by_client', toAuditRow(ended, 'event', clock));
  };
}

export type RevokeToken = ReturnType<typeof createRevokeToken>;
