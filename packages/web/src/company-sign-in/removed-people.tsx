import { useState, type ReactNode } from 'react';
import { companySignInQuery, readmitPerson, type RemovedPerson } from '../api/company-sign-in.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

const text = companySignInText.removed;

export function RemovedPeople({
  people,
  say,
}: {
  people: readonly RemovedPerson[];
  say: (words: ReactNode) => void;
}) {
  const { slug: org } = useOrganisation();
  const [readmitting, setReadmitting] = useState<RemovedPerson | undefined>(undefined);
  return (
    <Part title={text.title} lead={text.lead}>
      <Table caption={text.caption} columns={text.columns}>
        {people.map((person) => (
          <tr key={person.id} role="row">
            <th role="rowheader" scope="row">
              <span className="row-name">
                <Foreign text={person.name} />
              </span>
              <span className="row-more">
                <bdi>{person.email}</bdi>
              </span>
            </th>
            <td role="cell" data-label={text.columns[1]}>
              <When at={person.last_signed_in_at} absent="" />
            </td>
            <td role="cell" className="row-action">
              <button
                type="button"
                className="button secondary small-button"
                onClick={() => setReadmitting(person)}
              >
                {text.readmit}
                <span className="for-screen-readers"> {person.email}</span>
              </button>
            </td>
          </tr>
        ))}
      </Table>
      {readmitting === undefined ? null : (
        <Question
          title={text.readmitTitle(readmitting.email)}
          keep={text.keep}
          act={text.readmit}
          acting={text.readmitting}
          danger={false}
          run={() => readmitPerson(org, readmitting.id)}
          refresh={() =>
            Promise.all([
              queryClient.invalidateQueries(companySignInQuery(org)),
              queryClient.invalidateQueries({ queryKey: ['members', org] }),
            ])
          }
          onDone={() => {
            setReadmitting(undefined);
            say(text.readmitted(readmitting.email));
          }}
          onClose={() => setReadmitting(undefined)}
        >
          <p>{text.readmitEffect}</p>
        </Question>
      )}
    </Part>
  );
}
