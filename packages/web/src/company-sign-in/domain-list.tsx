import { useState, type ReactNode } from 'react';
import { companySignInQuery, removeDomain, type CompanyDomain } from '../api/company-sign-in.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';
import { Table } from '../ui/table.tsx';
import { DomainRow } from './domain-row.tsx';
import { NewDomainDialog } from './new-domain-dialog.tsx';

const text = companySignInText.domains;

export function DomainList({
  domains,
  say,
}: {
  domains: readonly CompanyDomain[];
  say: (words: ReactNode) => void;
}) {
  const { slug: org } = useOrganisation();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | undefined>(undefined);
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        <button type="button" className="button" onClick={() => setAdding(true)}>
          {text.add}
        </button>
      }
    >
      {domains.length === 0 ? (
        <div className="sheet empty">
          <p>{text.empty}</p>
        </div>
      ) : (
        <Table caption={text.caption} columns={text.columns}>
          {domains.map((domain) => (
            <DomainRow
              key={domain.domain}
              domain={domain}
              say={say}
              onRemove={() => setRemoving(domain.domain)}
            />
          ))}
        </Table>
      )}
      {adding ? (
        <NewDomainDialog
          onClose={() => setAdding(false)}
          onAdded={(domain) => {
            setAdding(false);
            say(text.added(domain));
          }}
        />
      ) : null}
      {removing === undefined ? null : (
        <Question
          title={text.removeTitle(removing)}
          keep={text.keep}
          act={text.remove}
          acting={text.removing}
          run={() => removeDomain(org, removing)}
          refresh={() => queryClient.invalidateQueries(companySignInQuery(org))}
          onDone={({ domain }) => {
            setRemoving(undefined);
            say(text.removed(domain));
          }}
          onClose={() => setRemoving(undefined)}
        >
          <p>{text.removeEffect}</p>
        </Question>
      )}
    </Part>
  );
}
