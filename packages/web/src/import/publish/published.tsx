import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { connectorQuery } from '../../api/connectors.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { StepTitle } from '../step-title.tsx';
import { STEP_TITLE_ID } from '../use-focus-on-new-step.ts';

const text = importText.publish;

export function Published({
  published: { connector, version },
}: {
  published: { connector: string; version: number };
}) {
  const { slug: org } = useOrganisation();
  // The button that did it is gone.
  useEffect(() => document.getElementById(STEP_TITLE_ID)?.focus(), []);
  const waiting = useQuery(connectorQuery(org, connector)).data?.tools.waiting ?? 0;
  return (
    <section className="sheet import-ended">
      <StepTitle>{text.doneTitle}</StepTitle>
      <p role="status">{text.done(connector, version)}</p>
      {waiting === 0 ? null : <p className="status-warning">{text.doneWaiting(waiting)}</p>}
      <div className="row-buttons">
        <Link to="/$org/connectors/$connector" params={{ org, connector }} className="button">
          {text.toTools}
        </Link>
        <Link
          to="/$org/connectors/$connector/versions"
          params={{ org, connector }}
          className="button secondary"
        >
          {text.toVersions}
        </Link>
        <Link to="/$org/connectors" params={{ org }} className="button secondary">
          {text.toConnectors}
        </Link>
      </div>
    </section>
  );
}
