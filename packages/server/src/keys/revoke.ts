import type { GrantId, KeyId, OrganisationId } from '../kernel/ids.ts';
import type { Queries } from '../store/store.ts';

/** Ends a key, and the grant that minted it with everything else that the grant minted. False: it was over before. */
export async function revokeKey(
  queries: Queries,
  orgId: OrganisationId,
  keyId: KeyId,
  reason: string,
): Promise<boolean> {
  const key = await queries.keys.find(orgId, keyId);
  // The grant first, as whoever ends a grant does it: in opposite orders two of them would wait for each other.
  if (
    key !== undefined &&
    key.grantId !== null &&
    (await queries.grants.revoke(orgId, key.grantId, reason))
  ) {
    await queries.changes.add('grant', key.grantId);
  }
  if ((await queries.keys.revoke(orgId, keyId)) === undefined) return false;
  await queries.changes.add('key', keyId);
  return true;
}

/** Ends grants with their keys, their access tokens and their refresh families: answers which of them it ended. */
export async function revokeGrants(
  queries: Queries,
  orgId: OrganisationId,
  grantIds: readonly GrantId[],
  reason: string,
): Promise<GrantId[]> {
  const ended = await queries.grants.revokeMany(orgId, grantIds, reason);
  await queries.changes.addMany('grant', ended);
  await queries.changes.addMany('key', await queries.keys.revokeOfGrants(orgId, ended));
  return ended;
}
