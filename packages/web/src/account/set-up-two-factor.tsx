import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { beginTwoFactor, confirmTwoFactor } from '../api/account.ts';
import { accountText } from '../text/account.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { BackupCodesDialog } from './backup-codes.tsx';
import { QrCode } from './qr-code.tsx';

const text = accountText.twoFactor;

interface SetUpTwoFactorProps {
  refresh: () => Promise<unknown>;
  onClose: () => void;
  onDone: () => void;
}

/** Shows the secret, takes a first code, then shows the backup codes, once. */
export function SetUpTwoFactor({ onClose, onDone, refresh }: SetUpTwoFactorProps) {
  // A fresh secret each time that this is opened, and in no memory afterwards.
  const begun = useQuery({
    queryKey: ['begin-two-factor'],
    queryFn: beginTwoFactor,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const [codes, setCodes] = useState<readonly string[] | undefined>(undefined);
  if (codes !== undefined) return <BackupCodesDialog codes={codes} onDone={onDone} />;
  return (
    <Dialog title={text.setUpTitle} onClose={onClose}>
      {begun.data === undefined ? (
        begun.isError ? (
          <Problem error={begun.error} onRetry={() => void begun.refetch()} />
        ) : (
          <Skeleton rows={4} label={text.preparing} />
        )
      ) : (
        <FirstCode begun={begun.data} refresh={refresh} onCodes={setCodes} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface FirstCodeProps {
  begun: { secret: string; uri: string };
  refresh: () => Promise<unknown>;
  onCodes: (codes: readonly string[]) => void;
  onClose: () => void;
}

function FirstCode({ begun, onClose, onCodes, refresh }: FirstCodeProps) {
  const [code, setCode] = useState('');
  const shown = useRef<HTMLElement>(null);
  const confirming = useMutation({
    mutationFn: () => confirmTwoFactor(code),
    onSuccess: ({ backup_codes: codes }) => {
      onCodes(codes);
      void refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirming.mutate();
  };
  return (
    <form onSubmit={submit}>
      <p>{text.scan}</p>
      <QrCode text={begun.uri} label={text.picture} />
      <p className="small">{text.orType}</p>
      <div className="snippet secret">
        <code ref={shown} data-secret>
          {(begun.secret.match(/.{4}/g) ?? []).join(' ')}
        </code>
        <CopyButton text={begun.secret} what={text.key} shownIn={shown} />
      </div>
      <div className="field">
        <label htmlFor="first-code">{text.codeLabel}</label>
        <input
          id="first-code"
          className="input"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          autoFocus
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </div>
      {confirming.isError ? <Problem error={confirming.error} /> : null}
      <FormActions
        act={text.confirm}
        acting={text.confirming}
        pending={confirming.isPending}
        holds
        onCancel={onClose}
      />
    </form>
  );
}
