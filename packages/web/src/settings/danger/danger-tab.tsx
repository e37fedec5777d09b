import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { dangerQuery, type Danger } from '../../api/address.ts';
import { deletesOrganisation } from '../../roles.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { dangerText as text } from '../../text/danger.ts';
import { Forbidden } from '../../ui/forbidden.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { DeleteQuestion } from './delete-question.tsx';

/** `/app/{org}/settings/danger`: the end of the organisation, for owners. */
export function DangerTab() {
  const { role } = useOrganisation();
  return deletesOrganisation(role) ? <DangerParts /> : <Forbidden needed="owner" />;
}

function DangerParts() {
  const { slug: org } = useOrganisation();
  const danger = useQuery(dangerQuery(org));
  if (danger.data === undefined) {
    return danger.isError ? (
      <Problem error={danger.error} onRetry={() => void danger.refetch()} />
    ) : (
      <Skeleton rows={4} label={text.loading} />
    );
  }
  return (
    <>
      <DeletePart danger={danger.data} />
      <section className="sheet apart" aria-labelledby="end-connected">
        <div>
          <h2 id="end-connected">{text.endTitle}</h2>
          <p className="small quiet">{text.endLead}</p>
        </div>
        <Link to="/$org/keys" params={{ org }} className="button secondary">
          {text.endAct}
        </Link>
      </section>
    </>
  );
}

function DeletePart({ danger }: { danger: Danger }) {
  const { slug } = useOrganisation();
  const [asking, setAsking] = useState(false);
  const { effect, is_declared: isDeclared, kept_days: keptDays } = danger;
  return (
    <section className="sheet" aria-labelledby="delete-organisation">
      <h2 id="delete-organisation">{text.title}</h2>
      {isDeclared ? (
        <p>{text.declared}</p>
      ) : (
        <>
          <p>{text.lead}</p>
          <p>{text.ends}</p>
          <ul>
            <li>{text.people(effect.people)}</li>
            <li>{text.connections(effect.connections)}</li>
            <li>{text.keys(effect.keys)}</li>
            {effect.agents === 0 ? null : <li>{text.agents(effect.agents)}</li>}
            {effect.connectors === 0 ? null : <li>{text.connectors(effect.connectors)}</li>}
            <li>{text.address(slug)}</li>
          </ul>
          <p className="quiet">{text.stays(keptDays)}</p>
          <p>
            <button type="button" className="button danger-quiet" onClick={() => setAsking(true)}>
              {text.act}
            </button>
          </p>
        </>
      )}
      {asking ? <DeleteQuestion danger={danger} onClose={() => setAsking(false)} /> : null}
    </section>
  );
}
