import { useMutation } from '@tanstack/react-query';
import { ApiError } from '../api/api-error.ts';
import { allKeys, revokeKey } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { ApiKey } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { effectInWords, revokeText as text } from '../text/key-dialogs.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';

interface RevokeDialogProps {
  apiKey: ApiKey;
  onRevoked: () => void;
  onClose: () => void;
}

/** Names the key and what ends with it. The focus is on the answer that changes nothing. */
export function RevokeDialog({ apiKey: key, onRevoked, onClose }: RevokeDialogProps) {
  const { slug: org } = useOrganisation();
  const revoking = useMutation({
    mutationFn: async () => {
      try {
        await revokeKey(org, key.id);
      } catch (error) {
        // Somebody else was first: it is over, and that was the wish.
        if (!(error instanceof ApiError && error.code === 'gone')) throw error;
      }
      await queryClient.invalidateQueries(allKeys(org));
    },
    onSuccess: onRevoked,
  });
  return (
    <Dialog
      role="alertdialog"
      onClose={onClose}
      title={
        <>
          {text.title.before}
          <bdi>{key.name}</bdi>
          {text.title.after}
        </>
      }
    >
      <p>
        {effectInWords(key)} {text.cannotUndo}
      </p>
      {key.hint === null ? null : (
        <p className="small quiet">
          {text.begins}
          <code>{key.hint}</code>
          {key.holder === null ? null : (
            <>
              {text.heldBy}
              <bdi>{key.holder}</bdi>
            </>
          )}
          .
        </p>
      )}
      {revoking.isError ? <Problem error={revoking.error} /> : null}
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={onClose}>
          {text.keep}
        </button>
        <button
          type="button"
          className="button danger"
          disabled={revoking.isPending}
          onClick={() => revoking.mutate()}
        >
          {revoking.isPending ? text.acting : text.act}
        </button>
      </div>
    </Dialog>
  );
}
