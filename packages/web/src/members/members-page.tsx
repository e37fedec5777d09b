import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { membersQuery } from '../api/queries.ts';
import type { Member } from '../api/types.ts';
import { ROLE_NAMES, rolesToGive, seesMembers } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { focusPageTitle } from '../shell/use-focus-on-new-page.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
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
  const [said, setSaid] = useState('');
  // The row that had the focus may be gone.
  useEffect(() => {
    if (said !== '') focusPageTitle();
  }, [said]);
  if (members.data === undefined) {
    return members.isError ? (
      <Problem error={members.error} onRetry={() => void members.refetch()} />
    ) : (
      <Skeleton rows={4} label="Loading the members" />
    );
  }
  return (
    <>
      <p role="status" className={said === '' ? 'for-screen-readers' : 'notice'}>
        {said}
      </p>
      <MemberTable members={members.data} onChange={setChanging} onRemove={setRemoving} />
      {changing === undefined ? null : (
        <RoleDialog
          member={changing}
          onClose={() => setChanging(undefined)}
          onChanged={(role) => {
            setChanging(undefined);
            setSaid(`${changing.name} is ${ROLE_NAMES[role]} from now on.`);
          }}
        />
      )}
      {removing === undefined ? null : (
        <RemoveDialog
          member={removing}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => {
            setRemoving(undefined);
            setSaid(`${removing.name} is no longer a member. What they connected stopped at once.`);
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

/** The roles are written out for the same reason as in the table of keys. */
function MemberTable({ members, onChange, onRemove }: MemberTableProps) {
  const { role } = useOrganisation();
  return (
    <div className="sheet table-frame">
      <table className="table" role="table">
        <caption className="for-screen-readers">Members</caption>
        <thead role="rowgroup">
          <tr role="row">
            {['Member', 'Role'].map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
            <th role="columnheader" scope="col">
              <span className="for-screen-readers">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
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
        </tbody>
      </table>
    </div>
  );
}
