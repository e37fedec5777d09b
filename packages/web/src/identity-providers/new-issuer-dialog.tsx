import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { issuersQuery, trustIssuer, type NewIssuer } from '../api/identity-providers.ts';
import { queryClient } from '../api/query-client.ts';
import type { Access } from '../api/types.ts';
import { KeySourceField } from '../public-keys/key-source-field.tsx';
import { keysOf, type KeySource } from '../public-keys/key-source.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { newIssuerText as text } from '../text/identity-providers.ts';
import { uiText } from '../text/ui.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const ISSUER_CHARACTERS_MAX = 400;

interface NewIssuerDialogProps {
  onTrusted: (issuer: string) => void;
  onClose: () => void;
}

export function NewIssuerDialog({ onTrusted, onClose }: NewIssuerDialogProps) {
  const { slug: org } = useOrganisation();
  const [issuer, setIssuer] = useState('');
  const [access, setAccess] = useState<Access>('read');
  const [keys, setKeys] = useState<KeySource>({ kind: 'metadata', address: '', pasted: '' });
  const trusting = useMutation({
    mutationFn: async (wanted: NewIssuer) => {
      try {
        await trustIssuer(org, wanted);
      } finally {
        // Also after a refusal: another admin may have been first.
        await queryClient.invalidateQueries(issuersQuery(org));
      }
    },
    onSuccess: (_, wanted) => onTrusted(wanted.issuer),
  });
  return (
    <Dialog title={text.title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          trusting.mutate({ issuer: issuer.trim(), access, ...keysOf(keys) });
        }}
      >
        <div className="field">
          <label htmlFor="issuer">{text.issuer}</label>
          <input
            id="issuer"
            type="url"
            className="input"
            required
            placeholder="https://"
            maxLength={ISSUER_CHARACTERS_MAX}
            autoComplete="off"
            spellCheck={false}
            data-focus-first
            aria-describedby="issuer-hint"
            value={issuer}
            onChange={(event) => setIssuer(event.target.value)}
          />
          <p id="issuer-hint" className="hint">
            {text.issuerHint}
          </p>
        </div>
        <fieldset className="field">
          <legend>{text.access}</legend>
          <Option name="access" value="read" checked={access === 'read'} onChoose={() => setAccess('read')}>
            <b>{uiText.readOnly}</b>
            <span className="quiet">{text.readMore}</span>
          </Option>
          <Option name="access" value="full" checked={access === 'full'} onChoose={() => setAccess('full')}>
            <b>{uiText.fullAccess}</b>
            <span className="quiet">{text.fullMore}</span>
          </Option>
        </fieldset>
        <KeySourceField kinds={['metadata', 'address', 'pasted']} source={keys} onChange={setKeys} />
        {trusting.isError ? <Problem error={trusting.error} /> : null}
        <FormActions act={text.act} acting={text.acting} pending={trusting.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
