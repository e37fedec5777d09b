import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { renamePasskey, type Passkey } from '../api/account.ts';
import { accountText } from '../text/account.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Problem } from '../ui/problem.tsx';

const text = accountText.passkeys;

interface RenamePasskeyDialogProps {
  passkey: Passkey;
  refresh: () => Promise<unknown>;
  onClose: () => void;
  onRenamed: () => void;
}

export function RenamePasskeyDialog({ onClose, onRenamed, passkey, refresh }: RenamePasskeyDialogProps) {
  const [name, setName] = useState(passkey.name);
  const renaming = useMutation({
    mutationFn: async () => {
      await renamePasskey(passkey.id, name);
      await refresh();
    },
    onSuccess: onRenamed,
  });
  return (
    <Dialog title={text.renameTitle} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          renaming.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="passkey-new-name">{text.nameLabel}</label>
          <input
            id="passkey-new-name"
            className="input"
            autoComplete="off"
            required
            maxLength={80}
            data-focus-first
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {renaming.isError ? <Problem error={renaming.error} /> : null}
        <FormActions
          act={accountText.save}
          acting={accountText.saving}
          pending={renaming.isPending}
          idle={name === passkey.name}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
