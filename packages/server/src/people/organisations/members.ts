import type { Role } from '../../kernel/access.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Queries, Store } from '../../store/store.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

export type MemberFault = 'not_a_member' | 'last_owner';

export interface MemberRef {
  readonly orgId: OrganisationId;
  readonly userId: UserId;
}

/** Takes effect at once: what the member holds is capped by today's role, and every node hears of the change. */
export function setRole(
  store: Store,
  { orgId, userId, role }: MemberRef & { readonly role: Role },
): Promise<Result<void, MemberFault>> {
  return refusableTransaction(store, async (queries) => {
    const fault = await whyFixed(queries, { orgId, userId }, role);
    if (fault !== undefined) return fail(fault);
    await queries.people.setRole(orgId, userId, role);
    await announce(queries, { orgId, userId });
    return ok(undefined);
  });
}

/** Ends the membership with all that hangs on it: the member's keys and grants in this organisation. */
export function removeMember(store: Store, { orgId, userId }: MemberRef): Promise<Result<void, MemberFault>> {
  return refusableTransaction(store, async (queries) => {
    const fault = await whyFixed(queries, { orgId, userId }, undefined);
    if (fault !== undefined) return fail(fault);
    await queries.people.removeMember(orgId, userId);
    for (const grantId of await queries.grants.listLiveOf(orgId, userId)) {
      await queries.grants.revoke(orgId, grantId, 'member_removed');
      await queries.changes.add('grant', grantId);
    }
    for (const keyId of await queries.keys.revokeOfUser(orgId, userId)) {
      await queries.changes.add('key', keyId);
    }
    await announce(queries, { orgId, userId });
    return ok(undefined);
  });
}

/** Holds the organisation's members still first, or two owners who demote each other would leave it with none. */
async function whyFixed(
  queries: Queries,
  { orgId, userId }: MemberRef,
  becomes: Role | undefined,
): Promise<MemberFault | undefined> {
  await queries.people.lockMembers(orgId);
  const role = await queries.people.heldRoleOf(orgId, userId);
  if (role === undefined) return 'not_a_member';
  if (role !== 'owner' || becomes === 'owner') return undefined;
  return (await queries.people.countOwners(orgId)) > 1 ? undefined : 'last_owner';
}

function announce(queries: Queries, { orgId, userId }: MemberRef): Promise<void> {
  return queries.changes.add('member', `${orgId}:${userId}`);
}
