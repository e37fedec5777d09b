import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteImport, importsQuery, type ImportHead } from '../../api/imports.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { Part } from '../../ui/part.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Question } from '../../ui/question.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { When } from '../../ui/when.tsx';
import { StepLink } from '../steps.tsx';
import { SourceName } from './source-name.tsx';

const text = importText.fetch;

/** Imports that somebody began and did not publish. Empty or not there yet: nothing. */
export function Begun({ except }: { except: string | undefined }) {
  const { slug: org } = useOrganisation();
  const imports = useQuery(importsQuery(org));
  const [discarding, setDiscarding] = useState<ImportHead | undefined>(undefined);
  const [notice, say] = useNotice();
  const begun = imports.data?.items.filter(({ id, state }) => id !== except && state !== 'published') ?? [];
  return (
    <>
      {notice}
      {imports.isError && imports.data === undefined ? (
        <Problem error={imports.error} onRetry={() => void imports.refetch()} />
      ) : null}
      {begun.length === 0 ? null : (
        <Part title={text.begunTitle} lead={text.begunLead}>
          <ul className="sheet import-begun">
            {begun.map((one) => (
              <li key={one.id}>
                <div>
                  <p className="row-name">
                    {one.name === null ? <SourceName source={one.source} /> : <Foreign text={one.name} />}
                  </p>
                  <p className="small quiet">
                    {text.states[one.state]}, <When at={one.created_at} absent="" />
                    {one.created_by.name === null ? null : (
                      <>
                        {' '}
                        <Foreign text={text.begunBy(one.created_by.name)} />
                      </>
                    )}
                  </p>
                </div>
                <span className="row-buttons">
                  <StepLink
                    connector={undefined}
                    id={one.id}
                    step="check"
                    className="button secondary small-button"
                  >
                    {text.goOn}
                    <span className="for-screen-readers"> ({nameOf(one)})</span>
                  </StepLink>
                  <button type="button" className="button danger-quiet" onClick={() => setDiscarding(one)}>
                    {text.discard}
                    <span className="for-screen-readers"> ({nameOf(one)})</span>
                  </button>
                </span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {discarding === undefined ? null : (
        <Question
          title={text.discardTitle}
          keep={text.keep}
          act={text.discard}
          acting={text.discarding}
          run={() => deleteImport(org, discarding.id)}
          refresh={() => queryClient.invalidateQueries({ queryKey: importsQuery(org).queryKey, exact: true })}
          onDone={() => {
            setDiscarding(undefined);
            say(text.discarded);
          }}
          onClose={() => setDiscarding(undefined)}
        >
          <p>
            <Foreign text={nameOf(discarding)} />
          </p>
          <p>{text.discardEffect}</p>
        </Question>
      )}
    </>
  );
}

function nameOf({ name, source }: ImportHead): string {
  if (name !== null) return name;
  return source.kind === 'upload' ? (source.file_name ?? text.pasted) : source.url;
}
