import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  conflictOf,
  importQuery,
  setImportCredential,
  type CredentialInput,
  type CredentialView,
  type ImportReport,
} from '../../api/imports.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { Part } from '../../ui/part.tsx';
import { FieldBlockers } from '../field-blockers.tsx';
import type { Draft } from '../use-draft.ts';
import { CredentialForm } from './credential-form.tsx';

const text = importText.auth;

/** What the service is shown in place of the caller's own token. A secret goes in, and never comes out again. */
export function CredentialPart({ draft, report }: { draft: Draft; report: ImportReport | undefined }) {
  const { slug: org } = useOrganisation();
  const { credential, id, revision, target } = draft.view;
  const [isOpen, setOpen] = useState(false);
  const [said, setSaid] = useState('');
  const { queryKey } = importQuery(org, id);
  const saving = useMutation({
    mutationFn: async (wanted: CredentialInput | null) => {
      await queryClient.cancelQueries({ queryKey, exact: true });
      return setImportCredential(org, id, revision, wanted);
    },
    onSuccess: (saved) => {
      queryClient.setQueryData(queryKey, saved);
      setOpen(false);
      setSaid(text.saved);
    },
    // What was typed stays, and can be sent again for what the import is now.
    onError: (error) => {
      const now = conflictOf(error)?.import;
      if (now) queryClient.setQueryData(queryKey, now);
    },
  });
  const hasOwn = credential !== null;
  const isForm = isOpen || (!hasOwn && !target.exists);
  return (
    <Part title={text.title} lead={text.lead}>
      <div className="sheet">
        {report === undefined ? null : <Declared report={report} />}
        <p role="status" className={said === '' ? 'for-screen-readers' : 'notice'}>
          {said}
        </p>
        {isForm ? (
          <CredentialForm
            keptAs={`import-credential:${org}:${id}`}
            stored={credential}
            pending={saving.isPending}
            idle={draft.state !== 'saved'}
            error={saving.error}
            onSubmit={(wanted) => saving.mutate(wanted)}
            onCancel={hasOwn || target.exists ? () => setOpen(false) : undefined}
          />
        ) : (
          <>
            {credential === null ? <p>{text.keeps}</p> : <Stored credential={credential} />}
            <div className="row-buttons">
              <button
                type="button"
                className="button secondary"
                onClick={() => {
                  setSaid('');
                  setOpen(true);
                }}
              >
                {text.change}
              </button>
              {hasOwn && target.exists ? (
                <button
                  type="button"
                  className="button secondary"
                  disabled={saving.isPending || draft.state !== 'saved'}
                  onClick={() => saving.mutate(null)}
                >
                  {text.takeBack}
                </button>
              ) : null}
            </div>
          </>
        )}
        <FieldBlockers view={draft.view} field="credential" />
      </div>
    </Part>
  );
}

/** What is stored, without its secret. */
export function Stored({
  credential: { has_secret: hasSecret, kind, label, origin },
}: {
  credential: CredentialView;
}) {
  const name = kind === 'token_exchange' ? text.tokenExchange : text.kinds[kind].name;
  return (
    <>
      <p>
        {text.stored(name)}
        {label === null ? null : (
          <>
            {' '}
            (<Foreign text={label} />)
          </>
        )}
        {origin === null ? null : <Foreign text={text.storedFor(origin)} />}.
      </p>
      {hasSecret ? <p className="quiet">{text.secretKept}</p> : null}
    </>
  );
}

function Declared({ report: { security } }: { report: ImportReport }) {
  if (security.length === 0) return null;
  return (
    <div className="small quiet import-asked">
      {text.declared}
      <ul className="address-list">
        {security.slice(0, 10).map(({ in: place, name, parameter, scheme, type }) => (
          <li key={name}>
            <Foreign
              text={[name, [type, scheme, parameter, place].filter((one) => one !== null).join(', ')].join(
                ': ',
              )}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}
