import { recordEvent } from '../../audit/record-event.ts';
import type { Role } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import type { Queries } from '../../store/store.ts';
import { unlinkNewOwner } from '../organisations/unlink-new-owner.ts';

/**
 * Makes a person what the operator declared for their address, in the organisations where `mayBind` says so. On the
 * caller's transaction. Only for an address that somebody vouched for there: an account alone proves nothing, because
 * whoever made it may have typed any address.
 */
export async function bindDeclared(
  queries: Queries,
  clock: Clock,
  person: {
    readonly userId: UserId;
    /** What is vouched for. Nothing is bound if the account has another one. */
    readonly email: string;
    readonly requestId?: RequestId | undefined;
    readonly mayBind: (declared: { readonly orgId: OrganisationId; readonly role: Role }) => boolean;
  },
): Promise<void> {
  const { email, mayBind, requestId, userId } = person;
  const declared = await queries.declaredMembers.listFor(userId, email);
  for (const { orgId, role } of declared.filter(mayBind).toSorted((a, b) => (a.orgId < b.orgId ? -1 : 1))) {
    await queries.people.lockMembers(orgId);
    const held = await queries.people.heldRoleOf(orgId, userId);
    await bindMember(queries, clock, { orgId, userId, role, held, requestId });
  }
}

/** One membership, made what was declared, with its trace; the organisation's members are held still by the caller. */
export async function bindMember(
  queries: Queries,
  clock: Clock,
  member: {
    readonly orgId: OrganisationId;
    readonly userId: UserId;
    readonly role: Role;
    readonly held: Role | undefined;
    readonly requestId?: RequestId | undefined;
  },
): Promise<void> {
  const { held, orgId, requestId, role, userId } = member;
  // No file takes the last owner away.
  const isLastOwner =
    held === 'owner' && role !== 'owner' && !(await queries.people.hasOtherOwner(orgId, userId));
  if (isLastOwner) return;
  await queries.declaredMembers.bind(orgId, userId, role);
  if (held === role) return;
  const actor = { kind: 'system' } as const;
  if (role === 'owner') await unlinkNewOwner(queries, clock, { orgId, userId, actor, requestId });
  await queries.changes.add('member', `${orgId}:${userId}`);
  await recordEvent(queries, clock, {
    orgId,
    action: 'member.declared',
    actor,
    target: userId,
    requestId,
    outcome: 'ok',
    detail: { from: held ?? null, to: role },
  });
}
