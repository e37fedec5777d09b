import { personOrOperator } from '../../audit/entry.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { Role } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Queries, Store } from '../../store/store.ts';
import { canChangeRole } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { unlinkNewOwner } from './unlink-new-owner.ts';

/** `declared`: the operator's file says what they are. */
export type MemberFault = 'not_a_member' | 'last_owner' | 'forbidden' | 'declared';

export interface MemberRef {
  readonly orgId: OrganisationId;
  readonly userId: UserId;
  /** Who asks for it, and has to be allowed to; unset: the operator. */
  readonly by?: { readonly userId: UserId; readonly requestId: RequestId } | undefined;
}

export interface MemberRoom {
  readonly store: Store;
  readonly clock: Clock;
}

/** Takes effect at once: what the member holds is capped by today's role, and every node hears of the change. */
export function setRole(
  room: MemberRoom,
  member: MemberRef & { readonly role: Role },
): Promise<Result<void, MemberFault>> {
  const { orgId, role, userId } = member;
  return refusableTransaction(room.store, async (queries) => {
    const held = await roleToChange(queries, member, role);
    if (!held.ok || held.value === role) return held.ok ? ok(undefined) : held;
    await queries.people.setRole(orgId, userId, role);
    if (role === 'owner') {
      const by = { actor: personOrOperator(member.by), requestId: member.by?.requestId };
      await unlinkNewOwner(queries, room.clock, { orgId, userId, ...by });
    }
    await announce(queries, member);
    await trace(queries, room.clock, member, 'member.role_changed', { from: held.value, to: role });
    return ok(undefined);
  });
}

/** Ends the membership with all that hangs on it: the member's keys and grants in this organisation. */
export function removeMember(room: MemberRoom, member: MemberRef): Promise<Result<void, MemberFault>> {
  const { orgId, userId } = member;
  return refusableTransaction(room.store, async (queries) => {
    const held = await roleToChange(queries, member, undefined);
    if (!held.ok) return held;
    await queries.people.removeMember(orgId, userId);
    for (const grantId of await queries.grants.listLiveOf(orgId, userId)) {
      await queries.grants.revoke(orgId, grantId, 'member_removed');
      await queries.changes.add('grant', grantId);
    }
    for (const keyId of await queries.keys.revokeOfUser(orgId, userId)) {
      await queries.changes.add('key', keyId);
    }
    await announce(queries, member);
    await trace(queries, room.clock, member, 'member.removed', { from: held.value });
    return ok(undefined);
  });
}

/** Holds the organisation's members still first, or two owners who demote each other would leave it with none. */
async function roleToChange(
  queries: Queries,
  { by, orgId, userId }: MemberRef,
  becomes: Role | undefined,
): Promise<Result<Role, MemberFault>> {
  await queries.people.lockMembers(orgId);
  const role = await queries.people.heldRoleOf(orgId, userId);
  const asks = by === undefined ? undefined : await queries.people.roleOf(orgId, by.userId);
  if (by !== undefined && (asks === undefined || !mayChange(asks, by.userId === userId, role, becomes)))
    return fail('forbidden');
  if (role === undefined) return fail('not_a_member');
  if (await queries.declaredMembers.isDeclared(orgId, userId)) return fail('declared');
  if (role !== 'owner' || becomes === 'owner') return ok(role);
  return (await queries.people.hasOtherOwner(orgId, userId)) ? ok(role) : fail('last_owner');
}

/** Anybody may leave. */
function mayChange(asks: Role, isOneself: boolean, from: Role | undefined, to: Role | undefined): boolean {
  return (isOneself && to === undefined) || canChangeRole(asks, from, to);
}

function trace(
  queries: Queries,
  clock: Clock,
  { by, orgId, userId }: MemberRef,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return recordEvent(queries, clock, {
    orgId,
    action,
    actor: personOrOperator(by),
    target: userId,
    requestId: by?.requestId,
    outcome: 'ok',
    detail,
  });
}

function announce(queries: Queries, { orgId, userId }: MemberRef): Promise<void> {
  return queries.changes.add('member', `${orgId}:${userId}`);
}
