import {
  installedKey,
  operatorLogKey,
  resumeOrganisation,
  suspendOrganisation,
  type InstalledOrganisation,
} from '../api/operator.ts';
import { meQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { suspendText } from '../text/operator.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Question } from '../ui/question.tsx';

export type OrganisationAct = 'suspend' | 'resume';

interface OrganisationQuestionProps {
  act: OrganisationAct;
  organisation: InstalledOrganisation;
  onDone: () => void;
  onClose: () => void;
}

const RUN = { suspend: suspendOrganisation, resume: resumeOrganisation } as const;

/** Asks before an organisation is suspended, or works again. */
export function OrganisationQuestion({ act, onClose, onDone, organisation }: OrganisationQuestionProps) {
  const text = suspendText[act];
  return (
    <Question
      title={
        <>
          {text.ask} “<Foreign text={organisation.name} max={80} />
          ”?
        </>
      }
      keep={text.keep}
      act={text.act}
      acting={text.acting}
      danger={act === 'suspend'}
      run={() => RUN[act](organisation.id)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: installedKey }),
          queryClient.invalidateQueries({ queryKey: operatorLogKey }),
          // It may be one of the operator's own.
          queryClient.invalidateQueries(meQuery),
        ])
      }
      onDone={onDone}
      onClose={onClose}
    >
      <p>{text.effect}</p>
      {text.points.length === 0 ? null : (
        <ul>
          {text.points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      )}
      <p>{text.after}</p>
    </Question>
  );
}
