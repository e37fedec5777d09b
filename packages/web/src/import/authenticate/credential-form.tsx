import { useState } from 'react';
import type { CredentialInput, CredentialView } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { Option } from '../../ui/option.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { credentialOf, CREDENTIAL_KINDS, draftOf, takesSecret, type CredentialDraft } from './credential.ts';
import { TextField } from './text-field.tsx';

const text = importText.auth;

interface CredentialFormProps {
  /** Under which name what is no secret outlives the page. */
  keptAs: string;
  stored: CredentialView | null;
  pending: boolean;
  /** Something else is being saved first. */
  idle: boolean;
  error: unknown;
  onSubmit: (credential: CredentialInput) => void;
  onCancel: (() => void) | undefined;
}

export function CredentialForm(props: CredentialFormProps) {
  const { error, idle, keptAs, onCancel, onSubmit, pending, stored } = props;
  const [draft, setDraft] = useKept(keptAs, draftOf(stored));
  const [secret, setSecret] = useState('');
  const change = (changed: Partial<CredentialDraft>): void => setDraft({ ...draft, ...changed });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(credentialOf(draft, secret));
      }}
    >
      <fieldset className="field">
        <legend className="for-screen-readers">{text.title}</legend>
        {CREDENTIAL_KINDS.map((kind) => (
          <Option
            key={kind}
            name="credential"
            value={kind}
            checked={draft.kind === kind}
            disabled={pending}
            onChoose={() => {
              // A secret that was typed for one place is not sent to another by a slip.
              setSecret('');
              change({ kind });
            }}
          >
            <b>{text.kinds[kind].name}</b>
            <span className="quiet">{text.kinds[kind].text}</span>
          </Option>
        ))}
      </fieldset>
      <CredentialFields draft={draft} secret={secret} onChange={change} onSecret={setSecret} />
      {takesSecret(draft.kind) ? <p className="hint">{text.once}</p> : null}
      {error === null ? null : <Problem error={error} />}
      <div className="row-buttons import-act">
        <button type="submit" className="button" disabled={pending || idle}>
          {pending ? text.acting : text.act}
        </button>
        {onCancel === undefined ? null : (
          <button type="button" className="button secondary" onClick={onCancel}>
            {text.cancel}
          </button>
        )}
      </div>
    </form>
  );
}

interface CredentialFieldsProps {
  draft: CredentialDraft;
  secret: string;
  onChange: (changed: Partial<CredentialDraft>) => void;
  onSecret: (secret: string) => void;
}

function CredentialFields({ draft, onChange, onSecret, secret }: CredentialFieldsProps) {
  const secretField = (label: string, required = true) => (
    <TextField
      id="credential-secret"
      label={label}
      secret
      required={required}
      value={secret}
      onChange={onSecret}
    />
  );
  switch (draft.kind) {
    case 'assertion':
    case 'none':
      return null;
    case 'bearer':
      return secretField(text.token);
    case 'header':
      return (
        <>
          <TextField
            id="credential-header"
            label={text.headerName}
            required
            value={draft.headerName}
            onChange={(headerName) => onChange({ headerName })}
          />
          {secretField(text.value)}
        </>
      );
    case 'query':
      return (
        <>
          <TextField
            id="credential-query"
            label={text.queryName}
            required
            value={draft.queryName}
            onChange={(queryName) => onChange({ queryName })}
          />
          {secretField(text.value)}
        </>
      );
    case 'basic':
      return (
        <>
          <TextField
            id="credential-username"
            label={text.username}
            required
            value={draft.username}
            onChange={(username) => onChange({ username })}
          />
          {secretField(text.password)}
        </>
      );
    case 'oauth':
      return (
        <details className="field">
          <summary>{text.oauthMore}</summary>
          <TextField
            id="credential-issuer"
            label={text.issuer}
            hint={text.issuerHint}
            value={draft.issuer}
            onChange={(issuer) => onChange({ issuer })}
          />
          <TextField
            id="credential-client"
            label={text.clientId}
            value={draft.clientId}
            onChange={(clientId) => onChange({ clientId })}
          />
          {secretField(text.clientSecret, false)}
          <TextField
            id="credential-scopes"
            label={text.scopes}
            hint={text.scopesHint}
            value={draft.scopes}
            onChange={(scopes) => onChange({ scopes })}
          />
        </details>
      );
  }
}
