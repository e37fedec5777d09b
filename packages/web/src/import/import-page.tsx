import { Link, getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { managesConnectors } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { importText as text } from '../text/import.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Wizard } from './wizard.tsx';

const importRoute = getRouteApi('/$org/connectors/import');
const updateRoute = getRouteApi('/$org/connectors/$connector/update');

/** `/app/{org}/connectors/import`: from a description to a connector. */
export function ImportPage() {
  const search = importRoute.useSearch();
  return (
    <Framed title={text.title} lead={text.lead}>
      <Wizard search={search} connector={undefined} />
    </Framed>
  );
}

/** `/app/{org}/connectors/{connector}/update`: the same, to the next version of a connector. */
export function UpdatePage() {
  const { connector } = updateRoute.useParams();
  const search = updateRoute.useSearch();
  return (
    <Framed
      title={text.updateTitle(connector)}
      heading={
        <>
          {text.updateBefore}
          <Foreign text={connector} />
        </>
      }
      lead={text.updateLead}
    >
      <Wizard key={connector} search={search} connector={connector} />
    </Framed>
  );
}

interface FramedProps {
  title: string;
  heading?: ReactNode;
  lead: string;
  children: ReactNode;
}

function Framed({ children, heading, lead, title }: FramedProps) {
  const { slug: org, role } = useOrganisation();
  return (
    <>
      <PageHead
        title={title}
        heading={heading ?? title}
        lead={lead}
        action={
          <Link to="/$org/connectors" params={{ org }} className="button secondary">
            {text.allConnectors}
          </Link>
        }
      />
      {managesConnectors(role) ? children : <Forbidden needed="admin" />}
    </>
  );
}
