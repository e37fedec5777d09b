import type { Member } from '../api/members.ts';
import { ROLE_NAMES, rolesToGive } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { membersText as text } from '../text/members.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

/** What can be done about a member. */
export type MemberAct = 'role' | 'reset' | 'remove';

interface MemberTableProps {
  members: readonly Member[];
  onAct: (act: MemberAct, member: Member) => void;
}

export function MemberTable({ members, onAct }: MemberTableProps) {
  const [first, role, signIn, lastSignIn, connections] = text.columns;
  return (
    <Table caption={text.title} columns={text.columns}>
      {members.map((member) => (
        <tr key={member.id} role="row">
          <th role="rowheader" scope="row" data-label={first}>
            <bdi className="row-name">{member.name}</bdi>
            {member.is_you ? text.you : null}
            <span className="row-more">
              <bdi>{member.email}</bdi>
            </span>
            <span className="row-more">
              {text.joined} <When at={member.joined_at} absent="" />
            </span>
          </th>
          <td role="cell" data-label={role}>
            {ROLE_NAMES[member.role]}
            {member.is_declared ? <span className="row-more">{text.declared}</span> : null}
            {member.is_suspended ? <span className="row-more status-warning">{text.suspended}</span> : null}
          </td>
          <td role="cell" data-label={signIn}>
            {member.has_second_factor ? (
              <StatusBadge tone="good">{text.twoFactor}</StatusBadge>
            ) : (
              <StatusBadge tone="quiet">{text.noTwoFactor}</StatusBadge>
            )}
            {member.has_company_sign_in ? <span className="row-more">{text.company}</span> : null}
          </td>
          <td role="cell" data-label={lastSignIn}>
            <When at={member.last_signed_in_at} absent={text.notSignedIn} />
          </td>
          <td role="cell" data-label={connections}>
            {member.connections}
            {member.keys === 0 ? null : <span className="row-more">{text.keysToo(member.keys)}</span>}
          </td>
          <td role="cell" className="row-action">
            <MemberButtons member={member} onAct={onAct} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function MemberButtons({ member, onAct }: { member: Member; onAct: MemberTableProps['onAct'] }) {
  const { role } = useOrganisation();
  const { is_declared: isDeclared, is_you: isYou, name } = member;
  const manages = rolesToGive(role, member.role).length > 0;
  if (!manages && !isYou) return null;
  return (
    <span className="row-buttons">
      {manages && !isDeclared ? (
        <button type="button" className="button secondary small-button" onClick={() => onAct('role', member)}>
          {text.changeRole}
          <span className="for-screen-readers">{text.changeRoleOf(name)}</span>
        </button>
      ) : null}
      {manages && !isYou ? (
        <button
          type="button"
          className="button secondary small-button"
          onClick={() => onAct('reset', member)}
        >
          {text.resetLink}
          <span className="for-screen-readers">{text.resetLinkFor(name)}</span>
        </button>
      ) : null}
      {isDeclared ? null : (
        <button type="button" className="button danger-quiet" onClick={() => onAct('remove', member)}>
          {isYou ? text.leave : text.remove}
          {isYou ? null : <span className="for-screen-readers">{text.removeWhom(name)}</span>}
        </button>
      )}
    </span>
  );
}
