import { useQuery } from '@tanstack/react-query';
import { organisationQuery } from '../api/queries.ts';
import type { Organisation } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ConnectorCard } from './connector-card.tsx';
import { OtherClients } from './other-clients.tsx';
import { Steps } from './steps.tsx';
import { ToolCounts } from './tool-counts.tsx';

/** `/app/{org}`: the one URL, and what to do with it. */
export function HomePage() {
  const { slug, name } = useOrganisation();
  const organisation = useQuery(organisationQuery(slug));
  return (
    <>
      <PageHead
        title="Home"
        heading={
          <>
            Connect Claude to <bdi>{name}</bdi>
          </>
        }
        lead="One URL for everybody. Each person signs in and chooses how much Claude may do for them."
      />
      {organisation.data !== undefined ? (
        <Connecting organisation={organisation.data} />
      ) : organisation.isError ? (
        <Problem error={organisation.error} onRetry={() => void organisation.refetch()} />
      ) : (
        <Skeleton rows={6} label="Loading the connector" />
      )}
    </>
  );
}

function Connecting({ organisation }: { organisation: Organisation }) {
  return (
    <div className="stack">
      <ConnectorCard organisation={organisation} />
      <div className="pair">
        <Steps />
        <ToolCounts organisation={organisation} />
      </div>
      <OtherClients organisation={organisation} />
    </div>
  );
}
