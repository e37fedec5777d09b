import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { addPasskey, passkeyOptions } from '../api/account.ts';
import { ApiError } from '../api/api-error.ts';
import { accountText } from '../text/account.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Problem } from '../ui/problem.tsx';
import { makePasskey } from './browser-passkeys.ts';

const text = accountText.passkeys;

interface NewPasskeyDialogProps {
  refresh: () => Promise<unknown>;
  onClose: () => void;
  onAdded: (name: string) => void;
}

/** Asks what to call it; the browser asks where to keep it. */
export function NewPasskeyDialog({ onAdded, onClose, refresh }: NewPasskeyDialogProps) {
  const [name, setName] = useState('');
  const adding = useMutation({
    mutationFn: async () => {
      const response = await inWords(makePasskey(await passkeyOptions()));
      const added = await addPasskey({ name, response });
      await refresh();
      return added;
    },
    onSuccess: (added) => onAdded(added.name),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <Dialog title={text.add} onClose={onClose}>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor="passkey-name">{text.nameLabel}</label>
          <input
            id="passkey-name"
            className="input"
            autoComplete="off"
            required
            maxLength={80}
            data-focus-first
            aria-describedby="passkey-name-hint"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <p className="hint" id="passkey-name-hint">
            {text.nameHint}
          </p>
        </div>
        <p className="small quiet">{text.next}</p>
        {adding.isError ? <Problem error={adding.error} /> : null}
        <FormActions act={text.add} acting={text.adding} pending={adding.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** What a browser throws says little to anybody: `NotAllowedError` also stands for "cancelled". */
async function inWords<T>(making: Promise<T>): Promise<T> {
  try {
    return await making;
  } catch (error) {
    const isKnown = error instanceof DOMException && error.name === 'InvalidStateError';
    throw new ApiError(0, 'no_passkey', isKnown ? text.already : text.failed, undefined);
  }
}
