import type { GrantId, KeyId, OrganisationId } from '../kernel/ids.ts';
import type { Queries } from '../store/store.ts';

/** Ends a key, and the grant that minted it with everything else that the grant minted. False: it was over before. */
export async function revokeKey(
  queries: Queries,
  orgId: OrganisationId,
  keyId: KeyId,
  reason: string,
): Promise<boolean> {
  const revoked = await queries.keys.revoke(orgId, keyId);
  if (revoked === undefined) return false;
  await queries.changes.add('key', keyId);
  if (revoked.grantId !== null && (await queries.grants.revoke(orgId, revoked.grantId, reason))) {
    await queries.changes.add('grant', revoked.grantId);
  }
  return true;
}

/** Ends a grant with its key, its access tokens and its refresh family. False: it was over before. */
export async function revokeGrant(
  queries: Queries,
  orgId: OrganisationId,
  grantId: GrantId,
  reason: string,
): Promise<boolean> {
  if (!(await queries.grants.revoke(orgId, grantId, reason))) return false;
  await queries.changes.add('grant', grantId);
  const keyId = await queries.keys.revokeOfGrant(orgId, grantId);
  if (keyId !== undefined) await queries.changes.add('key', keyId);
  return true;
}
