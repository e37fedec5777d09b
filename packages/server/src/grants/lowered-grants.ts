import { lowerAccess, type Access } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { GrantId, OrganisationId } from '../kernel/ids.ts';
import { inTime } from '../kernel/in-time.ts';
import type { Soon } from '../kernel/soon.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';
import { createRecentIds } from './recent-ids.ts';

/**
 * The grants that became read-only within the longest life of an access token: what such a token says of full access is
 * not true any more. The database is asked only while the change feed is interrupted.
 */
export function createLoweredGrants({
  store,
  feed,
  clock,
}: {
  store: Store;
  feed: ChangeFeed;
  clock: Clock;
}) {
  const lowered = createRecentIds(clock);
  feed.on('grant_access', lowered.add);

  async function accessInDatabase(orgId: OrganisationId, grantId: GrantId, claimed: Access): Promise<Access> {
    const grant = await inTime(store.grants.find(orgId, grantId));
    return grant === undefined ? 'read' : lowerAccess(claimed, grant.access);
  }

  return {
    /** What is left of the access that a token carries. */
    accessOf(orgId: OrganisationId, grantId: GrantId, claimed: Access): Soon<Access> {
      if (claimed === 'read' || lowered.has(grantId)) return 'read';
      return feed.isCurrent() ? claimed : accessInDatabase(orgId, grantId, claimed);
    },
  };
}

export type LoweredGrants = ReturnType<typeof createLoweredGrants>;
