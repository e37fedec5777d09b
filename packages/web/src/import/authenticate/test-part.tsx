import { useQuery } from '@tanstack/react-query';
import { testableQuery, testImport } from '../../api/imports.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Part } from '../../ui/part.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { Draft } from '../use-draft.ts';
import { ConnectionTest } from './connection-test.tsx';

const text = importText.auth;

/** One call, to see whether the address and the credential are right. */
export function TestPart({ draft }: { draft: Draft }) {
  const { slug: org } = useOrganisation();
  const testable = useQuery({ ...testableQuery(org, draft.checked), enabled: draft.mayAsk });
  const items = testable.data?.items ?? [];
  return (
    <Part title={text.testTitle} lead={text.testLead}>
      <div className="sheet">
        {testable.data === undefined ? (
          testable.isError ? (
            <Problem error={testable.error} onRetry={() => void testable.refetch()} />
          ) : (
            <Skeleton rows={1} label={text.loadingTestable} />
          )
        ) : items.length === 0 ? (
          <p className="quiet">{text.noTestable}</p>
        ) : (
          <ConnectionTest
            operations={items.map(({ operation }) => operation)}
            mayRun={draft.state === 'saved'}
            run={(operation) => testImport(org, draft.view.id, operation)}
          />
        )}
      </div>
    </Part>
  );
}
