import type { Role } from '../../kernel/access.ts';
import type { Queries } from '../../store/store.ts';
import type { Invitation, NamedInvitation } from '../../store/queries/invitations.ts';
import { canChangeRole } from '../policy.ts';

export type { NamedInvitation } from '../../store/queries/invitations.ts';

/** Why an invitation lets nobody in. */
export type InvitationFault =
  | 'unknown'
  | 'used'
  | 'withdrawn'
  | 'expired'
  | 'suspended'
  /** Whoever invited may not give this role any more, or is gone. */
  | 'inviter_lost_right';

export async function faultOf(
  queries: Pick<Queries, 'people'>,
  invitation: NamedInvitation,
  now: Date,
): Promise<InvitationFault | undefined> {
  if (invitation.usedAt !== null) return 'used';
  if (invitation.withdrawnAt !== null) return 'withdrawn';
  if (invitation.expiresAt <= now) return 'expired';
  if (invitation.organisation.suspendedAt !== null) return 'suspended';
  return (await inviterMayGive(queries, invitation, invitation.role)) ? undefined : 'inviter_lost_right';
}

/** By the role that the inviter has now; the operator may give any. */
export async function inviterMayGive(
  queries: Pick<Queries, 'people'>,
  { invitedBy, orgId }: Pick<Invitation, 'invitedBy' | 'orgId'>,
  role: Role,
): Promise<boolean> {
  if (invitedBy === null) return true;
  const inviter = await queries.people.roleOf(orgId, invitedBy);
  return inviter !== undefined && canChangeRole(inviter, undefined, role);
}
