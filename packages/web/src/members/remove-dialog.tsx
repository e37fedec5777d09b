import { membersQuery, removeMember } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Member } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Question } from '../ui/question.tsx';

interface RemoveDialogProps {
  member: Member;
  onRemoved: () => void;
  onClose: () => void;
}

/** Says what ends with the membership. */
export function RemoveDialog({ member, onClose, onRemoved }: RemoveDialogProps) {
  const { slug: org } = useOrganisation();
  return (
    <Question
      title={
        <>
          Remove <bdi>{member.name}</bdi>?
        </>
      }
      keep="Keep member"
      act="Remove member"
      acting="Removing…"
      run={() => removeMember(org, member.id)}
      // Who has left sees no list any more.
      refresh={async () => {
        if (!member.is_you) await queryClient.invalidateQueries(membersQuery(org));
      }}
      onDone={() => (member.is_you ? location.assign('/app') : onRemoved())}
      onClose={onClose}
    >
      <p>
        Their keys and connections in this organisation end at once, and with them every app that uses them.
        Their account stays.
      </p>
    </Question>
  );
}
