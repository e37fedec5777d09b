import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { accountQuery, changePassword } from '../api/account.ts';
import { queryClient } from '../api/query-client.ts';
import { accountText } from '../text/account.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Part } from '../ui/part.tsx';
import { Problem } from '../ui/problem.tsx';
import type { AccountPartProps } from './part-props.ts';

const text = accountText.password;
const PASSWORD_CHARACTERS_MIN = 12;

export function PasswordPart({ account, say }: AccountPartProps) {
  const [isOpen, setOpen] = useState(false);
  if (!account.has_password)
    return (
      <Part title={text.title} lead={text.none}>
        {null}
      </Part>
    );
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        <button type="button" className="button secondary" onClick={() => setOpen(true)}>
          {text.open}
        </button>
      }
    >
      {isOpen ? (
        <PasswordDialog
          email={account.user.email}
          onClose={() => setOpen(false)}
          onChanged={(ended) => {
            setOpen(false);
            say(text.changed(ended));
          }}
        />
      ) : null}
    </Part>
  );
}

interface PasswordDialogProps {
  email: string;
  onClose: () => void;
  onChanged: (endedSessions: number) => void;
}

function PasswordDialog({ email, onChanged, onClose }: PasswordDialogProps) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const changing = useMutation({
    mutationFn: () => changePassword({ current, next }),
    onSuccess: async (changed) => {
      await queryClient.invalidateQueries({ queryKey: accountQuery.queryKey });
      onChanged(changed.ended_sessions);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate();
  };
  return (
    <Dialog title={text.open} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{text.effect}</p>
        {/* So that a password manager knows which of its entries changes. */}
        <input type="text" autoComplete="username" value={email} readOnly hidden />
        <div className="field">
          <label htmlFor="password-current">{text.current}</label>
          <input
            id="password-current"
            className="input"
            type="password"
            autoComplete="current-password"
            required
            data-focus-first
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="password-next">{text.next}</label>
          <input
            id="password-next"
            className="input"
            type="password"
            autoComplete="new-password"
            required
            minLength={PASSWORD_CHARACTERS_MIN}
            aria-describedby="password-next-hint"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
          <p className="hint" id="password-next-hint">
            {text.nextHint}
          </p>
        </div>
        {changing.isError ? <Problem error={changing.error} /> : null}
        <FormActions act={text.act} acting={text.acting} pending={changing.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
