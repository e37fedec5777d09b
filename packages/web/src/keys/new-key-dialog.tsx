import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { organisationQuery } from '../api/queries.ts';
import type { MadeKey, NewKey } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { newKeyText as text } from '../text/key-dialogs.ts';
import { Dialog } from '../ui/dialog.tsx';
import { NewKeyForm } from './new-key-form.tsx';
import { SecretOnce } from './secret-once.tsx';

interface NewKeyDialogProps {
  title: ReactNode;
  /** Why the holder's role cannot have a key of full access; undefined if it can. */
  fullRefused: string | undefined;
  /** The most calls in a minute that it may allow itself; undefined: not known yet. */
  callsMax?: number | undefined;
  create: (key: NewKey) => Promise<MadeKey>;
  onCreated: () => void;
  onClose: () => void;
  /** What to do with the secret, shown below it. */
  usage?: ReactNode;
}

/** Asks for a key, then shows its secret, once: it is kept in no cache and goes with the dialog. */
export function NewKeyDialog({
  title,
  fullRefused,
  callsMax,
  create,
  onCreated,
  onClose,
  usage,
}: NewKeyDialogProps) {
  const { slug: org } = useOrganisation();
  const organisation = useQuery(organisationQuery(org));
  const refusedHere = organisation.data?.max_access === 'read' ? text.readOnlyHere : undefined;
  const creating = useMutation({ mutationFn: create, onSuccess: onCreated });
  const made = creating.data;
  return (
    <Dialog
      key={made === undefined ? 'form' : 'secret'}
      title={made === undefined ? title : text.copy}
      // Who leaves while it is being made would never see its secret.
      dismissable={made === undefined && !creating.isPending}
      onClose={onClose}
    >
      {made === undefined ? (
        <NewKeyForm
          fullRefused={fullRefused ?? refusedHere}
          isFullKnown={!organisation.isPending}
          callsMax={callsMax}
          pending={creating.isPending}
          error={creating.error}
          onSubmit={(key) => creating.mutate(key)}
          onCancel={onClose}
        />
      ) : (
        <SecretOnce secret={made.secret} onDone={onClose}>
          {usage}
        </SecretOnce>
      )}
    </Dialog>
  );
}
