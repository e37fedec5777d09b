import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { membersQuery } from '../api/queries.ts';
import type { Member } from '../api/types.ts';
import { ROLE_NAMES, rolesToGive, seesMembers } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { Listed } from '../ui/listed.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Table } from '../ui/table.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RoleDialog } from './role-dialog.tsx';

/** `/app/{org}/members`: who belongs to it, as what. */
export function MembersPage() {
  const { role } = useOrganisation();
  return (
    <>
      <PageHead
        title="Members"
        lead="People of this organisation. A role is the most that they, and whatever they connect, can do."
      />
      {seesMembers(role) ? <MemberList /> : <Forbidden needed="Member" />}
    </>
  );
}

function MemberList() {
  const { slug: org } = useOrganisation();
  const members = useQuery(membersQuery(org));
  const [changing, setChanging] = useState<Member | undefined>(undefined);
  const [removing, setRemoving] = useState<Member | undefined>(undefined);
  const [notice, say] = useNotice();
  return (
    <>
      {notice}
      <Listed query={members} what="the members" rows={4} empty={<p>Nobody belongs to this organisation.</p>}>
        {(items) => <MemberTable members={items} onChange={setChanging} onRemove={setRemoving} />}
      </Listed>
      {changing === undefined ? null : (
        <RoleDialog
          member={changing}
          onClose={() => setChanging(undefined)}
          onChanged={(role) => {
            setChanging(undefined);
            say(`${changing.name} is ${ROLE_NAMES[role]} from now on.`);
          }}
        />
      )}
      {removing === undefined ? null : (
        <RemoveDialog
          member={removing}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => {
            setRemoving(undefined);
            say(`${removing.name} is no longer a member. What they connected stopped at once.`);
          }}
        />
      )}
    </>
  );
}

interface MemberTableProps {
  members: readonly Member[];
  onChange: (member: Member) => void;
  onRemove: (member: Member) => void;
}

function MemberTable({ members, onChange, onRemove }: MemberTableProps) {
  const { role } = useOrganisation();
  return (
    <Table caption="Members" columns={['Member', 'Role']}>
      {members.map((member) => (
        <tr key={member.id} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{member.name}</bdi>
            {member.is_you ? ' (you)' : null}
            <span className="row-more">
              <bdi>{member.email}</bdi>
            </span>
          </th>
          <td role="cell" data-label="Role">
            {ROLE_NAMES[member.role]}
          </td>
          <td role="cell" className="row-action">
            {rolesToGive(role, member.role).length === 0 ? null : (
              <span className="row-buttons">
                <button
                  type="button"
                  className="button secondary small-button"
                  onClick={() => onChange(member)}
                >
                  Change role<span className="for-screen-readers"> of {member.name}</span>
                </button>
                <button type="button" className="button danger-quiet" onClick={() => onRemove(member)}>
                  Remove<span className="for-screen-readers"> {member.name}</span>
                </button>
              </span>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
