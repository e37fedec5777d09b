import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { fetchAgain, type ImportView } from '../api/imports.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { importText } from '../text/import.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Problem } from '../ui/problem.tsx';
import { CredentialPart } from './authenticate/credential-part.tsx';
import { StepLink } from './steps.tsx';
import type { Draft } from './use-draft.ts';

const text = importText.rejected;
const WORDS_MAX = 600;

/** An import that came to nothing: why, where, and what to do. */
export function Ended({ connector, draft }: { connector: string | undefined; draft: Draft }) {
  const { view } = draft;
  const { rejection } = view;
  return (
    <div className="stack">
      <Why connector={connector} view={view} />
      {/* A server that wants to know who asks is asked again with what is set here. */}
      {rejection?.code === 'mcp_unauthorized' ? <CredentialPart draft={draft} report={undefined} /> : null}
    </div>
  );
}

function Why({ connector, view }: { connector: string | undefined; view: ImportView }) {
  const { rejection } = view;
  return (
    <section className="sheet import-ended">
      {rejection === null ? (
        <h2>{importText.progress.cancelled}</h2>
      ) : (
        <>
          <h2>{text.title[kindOf(rejection.code)]}</h2>
          <p>
            <Foreign text={rejection.message} max={WORDS_MAX} />
          </p>
          {rejection.line === null ? null : (
            <p className="strong">{text.at(rejection.line, rejection.column)}</p>
          )}
          {rejection.hint === null ? null : (
            <p>
              <Foreign text={rejection.hint} max={WORDS_MAX} />
            </p>
          )}
        </>
      )}
      <p className="quiet">{text.keep}</p>
      <div className="row-buttons">
        <StepLink connector={connector} id={undefined} step="fetch" className="button">
          {text.other}
        </StepLink>
        {view.source.kind === 'upload' ? null : <Again view={view} connector={connector} />}
      </div>
    </section>
  );
}

function kindOf(code: string): keyof typeof text.title {
  if (code.startsWith('fetch_')) return 'fetch';
  return code.startsWith('mcp_') ? 'mcp' : 'document';
}

/** The same address once more, as a new import. */
export function Again({ connector, view }: { connector: string | undefined; view: ImportView }) {
  const { slug: org } = useOrganisation();
  const navigate = useNavigate();
  const again = useMutation({
    mutationFn: () => fetchAgain(org, view.id),
    onSuccess: ({ id }) =>
      connector === undefined
        ? navigate({ to: '/$org/connectors/import', params: { org }, search: { id, step: 'check' } })
        : navigate({
            to: '/$org/connectors/$connector/update',
            params: { org, connector },
            search: { id, step: 'check' },
          }),
  });
  return (
    <>
      {again.isError ? <Problem error={again.error} /> : null}
      <button
        type="button"
        className="button secondary"
        disabled={again.isPending}
        onClick={() => again.mutate()}
      >
        {text.again}
      </button>
    </>
  );
}
