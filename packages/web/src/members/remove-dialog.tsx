import { useMutation } from '@tanstack/react-query';
import { membersQuery, removeMember } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Member } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';

interface RemoveDialogProps {
  member: Member;
  onRemoved: () => void;
  onClose: () => void;
}

/** Says what ends with the membership. The focus is on the answer that changes nothing. */
export function RemoveDialog({ member, onClose, onRemoved }: RemoveDialogProps) {
  const { slug: org } = useOrganisation();
  const removing = useMutation({
    mutationFn: async () => {
      await removeMember(org, member.id);
      // Who leaves sees no list any more.
      if (!member.is_you) await queryClient.invalidateQueries(membersQuery(org));
    },
    onSuccess: () => (member.is_you ? location.assign('/app') : onRemoved()),
  });
  return (
    <Dialog
      role="alertdialog"
      onClose={onClose}
      title={
        <>
          Remove <bdi>{member.name}</bdi>?
        </>
      }
    >
      <p>
        Their keys and connections in this organisation end at once, and with them every app that uses them.
        Their account stays.
      </p>
      {removing.isError ? <Problem error={removing.error} /> : null}
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={onClose}>
          Keep member
        </button>
        <button
          type="button"
          className="button danger"
          disabled={removing.isPending}
          onClick={() => removing.mutate()}
        >
          {removing.isPending ? 'Removing…' : 'Remove member'}
        </button>
      </div>
    </Dialog>
  );
}
