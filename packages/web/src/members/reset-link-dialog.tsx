import { useMutation } from '@tanstack/react-query';
import { createResetLink, type Member } from '../api/members.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { resetText as text } from '../text/members.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Problem } from '../ui/problem.tsx';
import { LinkOnce } from './link-once.tsx';
import { TwoFactorOff } from './two-factor-off.tsx';

/** Says what a reset link does, then shows it, once. */
export function ResetLinkDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const { slug: org } = useOrganisation();
  const making = useMutation({ mutationFn: () => createResetLink(org, member.id) });
  const made = making.data;
  return (
    <Dialog
      key={made === undefined ? 'form' : 'link'}
      dismissable={made === undefined && !making.isPending}
      onClose={onClose}
      title={
        made === undefined ? (
          <>
            {text.title}
            <bdi>{member.name}</bdi>
          </>
        ) : (
          text.madeTitle
        )
      }
    >
      {made === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            making.mutate();
          }}
        >
          <p>{text.lead}</p>
          <p>{text.careful}</p>
          {making.isError ? <Problem error={making.error} /> : null}
          <FormActions
            act={text.act}
            acting={text.acting}
            pending={making.isPending}
            holds
            onCancel={onClose}
          />
          {member.has_second_factor ? <TwoFactorOff member={member} /> : null}
        </form>
      ) : (
        <LinkOnce url={made.url} expiresAt={made.expires_at} lead={text.made} onDone={onClose} />
      )}
    </Dialog>
  );
}
