import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { testableQuery, testImport } from '../../api/imports.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { Part } from '../../ui/part.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { tamed } from '../../ui/tamed.ts';
import type { Draft } from '../use-draft.ts';

const text = importText.auth;
const NAME_MAX = 80;

/** One call, to see whether the address and the credential are right. */
export function TestPart({ draft }: { draft: Draft }) {
  const { slug: org } = useOrganisation();
  const testable = useQuery({ ...testableQuery(org, draft.checked), enabled: draft.mayAsk });
  const [wanted, setWanted] = useState('');
  const testing = useMutation({
    mutationFn: (operation: string) => testImport(org, draft.view.id, operation),
  });
  const items = testable.data?.items ?? [];
  const chosen = items.find(({ operation }) => operation === wanted) ?? items[0];
  const result = testing.data;
  return (
    <Part title={text.testTitle} lead={text.testLead}>
      <div className="sheet">
        {testable.data === undefined ? (
          testable.isError ? (
            <Problem error={testable.error} onRetry={() => void testable.refetch()} />
          ) : (
            <Skeleton rows={1} label={text.loadingTestable} />
          )
        ) : chosen === undefined ? (
          <p className="quiet">{text.noTestable}</p>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              testing.mutate(chosen.operation);
            }}
          >
            <div className="field">
              <label htmlFor="test-operation">{text.operation}</label>
              <select
                id="test-operation"
                className="input"
                value={chosen.operation}
                onChange={(event) => setWanted(event.target.value)}
              >
                {items.map(({ operation }) => (
                  <option key={operation} value={operation}>
                    {tamed(operation, NAME_MAX)}
                  </option>
                ))}
              </select>
            </div>
            {testing.isError ? <Problem error={testing.error} /> : null}
            <div role="status">
              {result === undefined || testing.isPending ? null : result.ok ? (
                <p className="notice">{text.worked(result.status, result.duration_ms)}</p>
              ) : (
                <div className="problem">
                  <p>
                    <b>{text.failed}</b> <Foreign text={result.message} max={400} />
                  </p>
                  {result.status === null ? null : <p className="small">{text.status(result.status)}</p>}
                </div>
              )}
            </div>
            <button
              type="submit"
              className="button secondary import-act"
              disabled={testing.isPending || draft.state !== 'saved'}
            >
              {testing.isPending ? text.testing : text.test}
            </button>
          </form>
        )}
      </div>
    </Part>
  );
}
