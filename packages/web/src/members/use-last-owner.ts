import { useQuery } from '@tanstack/react-query';
import { membersFound, type Member } from '../api/members.ts';
import { useOrganisation } from '../shell/organisation-context.ts';

/** Whether the organisation has no other owner, as far as is known: the server decides. */
export function useIsLastOwner(member: Member): boolean {
  const { slug: org } = useOrganisation();
  const owners = useQuery({ ...membersFound(org, { role: 'owner' }), enabled: member.role === 'owner' });
  return member.role === 'owner' && owners.data?.total === 1;
}
