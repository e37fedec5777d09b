import { membersKey, removeMember, type Member } from '../api/members.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { removeText as text, roleText } from '../text/members.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Question } from '../ui/question.tsx';
import { useIsLastOwner } from './use-last-owner.ts';

interface RemoveDialogProps {
  member: Member;
  onRemoved: () => void;
  onClose: () => void;
}

/** Says what ends with the membership. */
export function RemoveDialog({ member, onClose, onRemoved }: RemoveDialogProps) {
  const { slug: org } = useOrganisation();
  const isLastOwner = useIsLastOwner(member);
  const { connections, is_you: isYou, keys } = member;
  if (isLastOwner) {
    return (
      <Dialog title={text.lastOwnerTitle} onClose={onClose}>
        <p>{roleText.lastOwner}</p>
        <div className="dialog-actions">
          <button type="button" className="button secondary" data-focus-first onClick={onClose}>
            {text.close}
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Question
      title={
        isYou ? (
          text.leaveTitle
        ) : (
          <>
            {text.before}
            <bdi>{member.name}</bdi>
            {text.after}
          </>
        )
      }
      keep={isYou ? text.stay : text.keep}
      act={isYou ? text.leave : text.act}
      acting={isYou ? text.leaving : text.acting}
      run={() => removeMember(org, member.id)}
      // Who has left sees no list any more.
      refresh={async () => {
        if (!isYou) await queryClient.invalidateQueries({ queryKey: membersKey(org) });
      }}
      onDone={() => (isYou ? location.assign('/app') : onRemoved())}
      onClose={onClose}
    >
      {connections + keys === 0 ? (
        <p>{text.endsNothing}</p>
      ) : (
        <>
          <p>{text.ends}</p>
          <ul>
            <li>{text.membership}</li>
            {connections === 0 ? null : <li>{text.connections(connections)}</li>}
            {keys === 0 ? null : <li>{text.keys(keys)}</li>}
          </ul>
          <p>{text.stays}</p>
        </>
      )}
    </Question>
  );
}
