import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { MadeKey, NewKey } from '../api/types.ts';
import { Dialog } from '../ui/dialog.tsx';
import { NewKeyForm } from './new-key-form.tsx';
import { SecretOnce } from './secret-once.tsx';

interface NewKeyDialogProps {
  title: ReactNode;
  /** Why a key of full access is not to be had; undefined if it is. */
  fullRefused: string | undefined;
  create: (key: NewKey) => Promise<MadeKey>;
  onCreated: () => void;
  onClose: () => void;
  /** What to do with the secret, shown below it. */
  usage?: ReactNode;
}

/** Asks for a key, then shows its secret, once: it is kept in no cache and goes with the dialog. */
export function NewKeyDialog({ title, fullRefused, create, onCreated, onClose, usage }: NewKeyDialogProps) {
  const creating = useMutation({ mutationFn: create, onSuccess: onCreated });
  const made = creating.data;
  return (
    <Dialog
      key={made === undefined ? 'form' : 'secret'}
      title={made === undefined ? title : 'Copy your new key'}
      // Who leaves while it is being made would never see its secret.
      dismissable={made === undefined && !creating.isPending}
      onClose={onClose}
    >
      {made === undefined ? (
        <NewKeyForm
          fullRefused={fullRefused}
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
