import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret } from '../../kernel/secret.ts';
import type { NamedInvitation } from '../../store/queries/invitations.ts';
import type { Queries, Store } from '../../store/store.ts';
import { insertUser, prepareUser, type NewUser, type UserFault } from '../create-user.ts';
import { bindDeclared } from '../declared/bind-declared.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { faultOf, inviterMayGive, type InvitationFault } from './invitation-state.ts';

export type JoinFault =
  | InvitationFault
  /** It was sent to somebody else. */
  | 'other_address'
  | 'already_member';

export interface Joined {
  readonly slug: string;
  readonly userId: UserId;
}

interface Room {
  readonly store: Store;
  readonly clock: Clock;
}

/** Somebody with an account uses a link. Everything is judged, and the link claimed, in one transaction. */
export function join(
  room: Room,
  { email, requestId, token, userId }: { token: string; userId: UserId; email: string; requestId: RequestId },
): Promise<Result<Joined, JoinFault>> {
  return refusableTransaction(room.store, async (queries) => {
    const open = await holdOpen(queries, token, room.clock);
    if (!open.ok) return open;
    const invitation = open.value;
    if (invitation.email !== null && invitation.email !== email) return fail('other_address');
    if ((await queries.people.heldRoleOf(invitation.orgId, userId)) !== undefined)
      return fail('already_member');
    return admit(queries, room.clock, { invitation, userId, requestId });
  });
}

/**
 * Somebody without an account uses a link: account and membership come into being together or not at all. The address
 * is the invitation's, where it has one.
 */
export async function joinAsNew(
  room: Room,
  { token, user, requestId }: { token: string; user: NewUser; requestId: RequestId },
): Promise<Result<Joined & { email: string }, JoinFault | UserFault>> {
  // Before the slow work: only who holds a good link gets us to hash.
  const found = await room.store.invitations.findByToken(hashSecret(token));
  if (found === undefined) return fail('unknown');
  const fault = await faultOf(room.store, found, new Date(room.clock.nowMs()));
  if (fault !== undefined) return fail(fault);
  const prepared = await prepareUser({ ...user, email: found.email ?? user.email });
  if (!prepared.ok) return prepared;
  return refusableTransaction<Joined & { email: string }, JoinFault | UserFault>(
    room.store,
    async (queries) => {
      const open = await holdOpen(queries, token, room.clock);
      if (!open.ok) return open;
      const made = await insertUser(queries, prepared.value, { emailVerified: false });
      if (!made.ok) return made;
      const { userId } = made.value;
      const joined = await admit(queries, room.clock, { invitation: open.value, userId, requestId });
      return joined.ok ? ok({ ...joined.value, email: prepared.value.email }) : joined;
    },
  );
}

/** The invitation, if it is good, with the organisation's members held still. */
async function holdOpen(
  queries: Queries,
  token: string,
  clock: Clock,
): Promise<Result<NamedInvitation, InvitationFault>> {
  const tokenHash = hashSecret(token);
  const before = await queries.invitations.findByToken(tokenHash);
  if (before === undefined) return fail('unknown');
  await queries.people.lockMembers(before.orgId);
  const invitation = await queries.invitations.findByToken(tokenHash);
  if (invitation === undefined) return fail('unknown');
  const fault = await faultOf(queries, invitation, new Date(clock.nowMs()));
  return fault === undefined ? ok(invitation) : fail(fault);
}

async function admit(
  queries: Queries,
  clock: Clock,
  admitted: { invitation: NamedInvitation; userId: UserId; requestId: RequestId },
): Promise<Result<Joined, JoinFault>> {
  const { invitation, requestId, userId } = admitted;
  const { email, id, invitedBy, orgId, role } = invitation;
  const now = new Date(clock.nowMs());
  if (!(await queries.invitations.claim(invitation.tokenHash, userId, now))) return fail('used');
  await queries.people.addMember(orgId, userId, role);
  await queries.changes.add('member', `${orgId}:${userId}`);
  await recordEvent(queries, clock, {
    orgId,
    action: 'member.joined',
    actor: { kind: 'user', id: userId },
    target: userId,
    requestId,
    outcome: 'ok',
    detail: { invitation: id, invited_by: invitedBy, role },
  });
  // Whose word it is that the address is theirs: nobody's, if the link was for whoever has it.
  if (email === null) return ok({ slug: invitation.organisation.slug, userId });
  const isOperators = invitedBy === null;
  if (isOperators) await queries.declaredMembers.vouchFor(userId);
  // An admin's word counts in the own organisation, and for no more than the admin could give.
  const here = (await queries.declaredMembers.listFor(userId, email)).find((one) => one.orgId === orgId);
  const mayGiveHere = here !== undefined && (await inviterMayGive(queries, invitation, here.role));
  await bindDeclared(queries, clock, {
    userId,
    email,
    requestId,
    mayBind: (declared) => isOperators || (declared.orgId === orgId && mayGiveHere),
  });
  return ok({ slug: invitation.organisation.slug, userId });
}
