import { useState } from 'react';
import { invitationsKey } from '../api/members.ts';
import { queryClient } from '../api/query-client.ts';
import { managesMembers, seesMembers } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { invitationsText, membersText as text } from '../text/members.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { InvitationList } from './invitation-list.tsx';
import { MemberList } from './member-list.tsx';
import { RoleMatrix } from './role-matrix.tsx';

/** `/app/{org}/members`: who belongs to it, as what, who is invited, and what that means. */
export function MembersPage() {
  const { slug: org, role } = useOrganisation();
  const [inviting, setInviting] = useState(false);
  const [notice, say] = useNotice();
  const manages = managesMembers(role);
  return (
    <>
      <PageHead
        title={text.title}
        lead={text.lead}
        action={
          manages ? (
            <button type="button" className="button" onClick={() => setInviting(true)}>
              {text.invite}
            </button>
          ) : undefined
        }
      />
      {seesMembers(role) ? (
        <>
          {notice}
          <div className="part">
            <MemberList say={say} />
          </div>
          {manages ? <InvitationList onWithdrawn={() => say(invitationsText.withdrawn)} /> : null}
          <RoleMatrix />
        </>
      ) : (
        <Forbidden needed="member" />
      )}
      {inviting ? (
        <InviteDialog
          onMade={() => void queryClient.invalidateQueries({ queryKey: invitationsKey(org) })}
          onClose={() => setInviting(false)}
        />
      ) : null}
    </>
  );
}
