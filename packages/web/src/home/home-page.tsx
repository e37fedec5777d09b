import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../api/overview.ts';
import { organisationQuery } from '../api/queries.ts';
import type { Organisation } from '../api/types.ts';
import { readsUsage } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { homeText as text } from '../text/home.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Care, needsCare } from './care.tsx';
import { ConnectorCard } from './connector-card.tsx';
import { FirstSteps } from './first-steps.tsx';
import { OtherClients } from './other-clients.tsx';
import { Steps } from './steps.tsx';
import { Today } from './today.tsx';
import { ToolCounts } from './tool-counts.tsx';

/** `/app/{org}`: the one URL, what to do with it, how it is used, and what needs care. */
export function HomePage() {
  const { slug, name } = useOrganisation();
  const organisation = useQuery(organisationQuery(slug));
  return (
    <>
      <PageHead
        title={text.title}
        heading={
          <>
            {text.connectTo}
            <bdi>{name}</bdi>
          </>
        }
        lead={text.lead}
      />
      {organisation.data !== undefined ? (
        <Connecting organisation={organisation.data} />
      ) : organisation.isError ? (
        <Problem error={organisation.error} onRetry={() => void organisation.refetch()} />
      ) : (
        <Skeleton rows={6} label={text.loading} />
      )}
    </>
  );
}

function Connecting({ organisation }: { organisation: Organisation }) {
  const { slug, role } = useOrganisation();
  const overview = useQuery(overviewQuery(slug));
  const isUsed = overview.data?.called === true;
  return (
    <div className="stack">
      <ConnectorCard organisation={organisation} />
      {overview.data === undefined ? (
        overview.isError ? (
          <Problem error={overview.error} onRetry={() => void overview.refetch()} />
        ) : (
          <Skeleton rows={2} label={text.care} />
        )
      ) : (
        <>
          <FirstSteps organisation={organisation} overview={overview.data} />
          <div className={isUsed && readsUsage(role) ? 'pair' : 'stack'}>
            {isUsed && readsUsage(role) ? <Today /> : null}
            {isUsed || needsCare(overview.data) ? <Care overview={overview.data} /> : null}
          </div>
        </>
      )}
      <div className="pair">
        <Steps />
        <ToolCounts organisation={organisation} />
      </div>
      <OtherClients organisation={organisation} />
    </div>
  );
}
