import type { Clock } from '../kernel/clock.ts';
import type { GrantId, OrganisationId } from '../kernel/ids.ts';
import { inTime } from '../kernel/in-time.ts';
import type { Soon } from '../kernel/soon.ts';
import type { Store } from '../store/store.ts';
import { CHANGE_MEMORY_SECONDS, type ChangeFeed } from './change-feed.ts';
import { createRecentIds } from './recent-ids.ts';

/**
 * The ids of grants (and single access tokens) that ended within the longest life of an access token. Asked on every
 * call with a JWT; the database is asked only while the change feed is interrupted.
 */
export function createRevokedGrants({
  store,
  feed,
  clock,
}: {
  store: Store;
  feed: ChangeFeed;
  clock: Clock;
}) {
  const ended = createRecentIds(clock);
  feed.on('grant', ended.add);
  feed.on('token', ended.add);

  async function isLiveInDatabase(
    orgId: OrganisationId,
    grantId: GrantId,
    tokenId: string,
  ): Promise<boolean> {
    const grant = await inTime(store.grants.find(orgId, grantId));
    if (grant === undefined || grant.revokedAt !== null) return false;
    const recent = await inTime(store.changes.listYoungerThan(CHANGE_MEMORY_SECONDS));
    return !recent.some((change) => change.kind === 'token' && change.subject === tokenId);
  }

  return {
    isLive(orgId: OrganisationId, grantId: GrantId, tokenId: string): Soon<boolean> {
      if (ended.has(grantId) || ended.has(tokenId)) return false;
      return feed.isCurrent() ? true : isLiveInDatabase(orgId, grantId, tokenId);
    },
  };
}

export type RevokedGrants = ReturnType<typeof createRevokedGrants>;
