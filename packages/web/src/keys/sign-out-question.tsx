import { useMutation } from '@tanstack/react-query';
import { allKeys, signEveryoneOut } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { signOutText as text } from '../text/sign-out.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';

interface SignOutQuestionProps {
  onClose: () => void;
  onDone: (endedConnections: number) => void;
}

/** Asks before every connection ends. */
export function SignOutQuestion({ onClose, onDone }: SignOutQuestionProps) {
  const { slug: org, name } = useOrganisation();
  const ending = useMutation({
    mutationFn: async () => {
      const ended = await signEveryoneOut(org);
      await queryClient.invalidateQueries(allKeys(org));
      return ended.ended_connections;
    },
    onSuccess: onDone,
  });
  return (
    <Dialog
      role="alertdialog"
      onClose={onClose}
      title={
        <>
          {text.of.before}
          <bdi>{name}</bdi>
          {text.of.after}
        </>
      }
    >
      <p>{text.effect}</p>
      {ending.isError ? <Problem error={ending.error} /> : null}
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={onClose}>
          {text.keep}
        </button>
        <button
          type="button"
          className="button danger"
          disabled={ending.isPending}
          onClick={() => ending.mutate()}
        >
          {ending.isPending ? text.acting : text.act}
        </button>
      </div>
    </Dialog>
  );
}
