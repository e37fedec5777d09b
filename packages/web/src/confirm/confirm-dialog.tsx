import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { askPasskey } from '../account/browser-passkeys.ts';
import { confirm, confirmMethodsQuery, confirmPasskeyOptions, type Proof } from '../api/account.ts';
import { confirmText as text } from '../text/confirm.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

interface ConfirmDialogProps {
  onSettled: (isConfirmed: boolean) => void;
}

/** Asks for what the person signs in with, and says by `onSettled` whether it was right. */
export function ConfirmDialog({ onSettled }: ConfirmDialogProps) {
  const methods = useQuery(confirmMethodsQuery);
  const cancel = () => onSettled(false);
  return (
    <Dialog title={text.title} onClose={cancel}>
      {methods.data === undefined ? (
        methods.isError ? (
          <Problem error={methods.error} onRetry={() => void methods.refetch()} />
        ) : (
          <Skeleton rows={2} label={text.loading} />
        )
      ) : methods.data.password || methods.data.code || methods.data.passkey ? (
        <Proofs methods={methods.data} onConfirmed={() => onSettled(true)} onCancel={cancel} />
      ) : (
        <Elsewhere onSettled={onSettled} />
      )}
    </Dialog>
  );
}

interface ProofsProps {
  methods: { password: boolean; code: boolean; passkey: boolean };
  onConfirmed: () => void;
  onCancel: () => void;
}

function Proofs({ methods, onCancel, onConfirmed }: ProofsProps) {
  const proving = useMutation({ mutationFn: confirm, onSuccess: onConfirmed });
  const byPasskey = useMutation({
    mutationFn: async () => confirm({ passkey: await askPasskey(await confirmPasskeyOptions()) }),
    onSuccess: onConfirmed,
  });
  const isTyped = methods.password || methods.code;
  return (
    <>
      <p>{text.why}</p>
      {isTyped ? (
        <TypedProof
          isCode={methods.code}
          pending={proving.isPending}
          error={proving.error}
          onSubmit={(proof) => proving.mutate(proof)}
          onCancel={onCancel}
        />
      ) : null}
      {methods.passkey ? (
        <div className="other-proof">
          {isTyped ? <p className="small quiet">{text.or}</p> : null}
          {byPasskey.isError ? <Problem error={byPasskey.error} /> : null}
          <button
            type="button"
            className={isTyped ? 'button secondary' : 'button'}
            autoFocus={!isTyped}
            disabled={byPasskey.isPending}
            onClick={() => byPasskey.mutate()}
          >
            {byPasskey.isPending ? text.waitingForPasskey : text.usePasskey}
          </button>
        </div>
      ) : null}
      {isTyped ? null : (
        <div className="dialog-actions">
          <button type="button" className="button secondary" onClick={onCancel}>
            {text.cancel}
          </button>
        </div>
      )}
    </>
  );
}

interface TypedProofProps {
  isCode: boolean;
  pending: boolean;
  error: unknown;
  onSubmit: (proof: Proof) => void;
  onCancel: () => void;
}

function TypedProof({ error, isCode, onCancel, onSubmit, pending }: TypedProofProps) {
  const [typed, setTyped] = useState('');
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(isCode ? { code: typed } : { password: typed });
  };
  return (
    <form onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{isCode ? text.code : text.password}</label>
        <input
          id={id}
          className="input"
          type={isCode ? 'text' : 'password'}
          autoComplete={isCode ? 'one-time-code' : 'current-password'}
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          aria-describedby={isCode ? `${id}-hint` : undefined}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {isCode ? (
          <p className="hint" id={`${id}-hint`}>
            {text.codeHint}
          </p>
        ) : null}
      </div>
      {error === null ? null : <Problem error={error} />}
      <FormActions act={text.confirm} acting={text.confirming} pending={pending} onCancel={onCancel} />
    </form>
  );
}

/** A company's sign-in is on other pages: it is opened beside this one, which stays as it is. */
function Elsewhere({ onSettled }: ConfirmDialogProps) {
  return (
    <>
      <p>{text.elsewhere}</p>
      <div className="dialog-actions">
        <button type="button" className="button secondary" onClick={() => onSettled(false)}>
          {text.cancel}
        </button>
        <a className="button secondary" href={signInAgain(location)} target="_blank" rel="noreferrer">
          {text.signInAgain}
        </a>
        <button type="button" className="button" onClick={() => onSettled(true)}>
          {text.goOn}
        </button>
      </div>
    </>
  );
}

/** The organisation's front page: it is from there that the sign-in page knows which company is meant. */
function signInAgain({ pathname }: { pathname: string }): string {
  const front = pathname.split('/').slice(0, 3).join('/');
  return `/sign-in?confirm=1&return_to=${encodeURIComponent(front)}`;
}
