import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { connectorsQuery, organisationQuery } from '../api/queries.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectText as text } from '../text/connect.ts';
import { APPS } from '../text/connect-apps.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { APP_NAMES } from './app-names.ts';
import { AppGuide } from './app-guide.tsx';
import type { ConnectSearch } from './connect-search.ts';
import { PlaceChoice } from './place-choice.tsx';
import { placesOf, type ChoosablePlace } from './places.ts';
import { Verify } from './verify.tsx';

const route = getRouteApi('/$org/connect');

/** `/app/{org}/connect`: how each app is connected, and how it gets on with it. */
export function ConnectPage() {
  const { slug: org } = useOrganisation();
  const organisation = useQuery(organisationQuery(org));
  const connectors = useQuery(connectorsQuery(org));
  const failed = organisation.isError ? organisation : connectors.isError ? connectors : undefined;
  return (
    <>
      <PageHead title={text.title} lead={text.lead} />
      {organisation.data !== undefined && connectors.data !== undefined ? (
        <Connecting places={placesOf(organisation.data, connectors.data)} />
      ) : failed !== undefined ? (
        <Problem error={failed.error} onRetry={() => void failed.refetch()} />
      ) : (
        <Skeleton rows={6} label={text.loading} />
      )}
    </>
  );
}

function Connecting({ places }: { places: readonly ChoosablePlace[] }) {
  const { slug: org } = useOrganisation();
  const { app = 'claude-ai', at = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const place = places.find((one) => one.at === at) ?? places[0];
  if (place === undefined) return null;
  const go = ({ app: name, at: where }: Required<ConnectSearch>) =>
    void navigate({
      search: { app: name, ...(where === '' ? {} : { at: where }) },
      replace: true,
      resetScroll: false,
    });
  return (
    <div className="stack">
      <PlaceChoice places={places} chosen={place} onChoose={(next) => go({ app, at: next })} />
      <section className="sheet" aria-label={text.apps}>
        <Tabs
          label={text.apps}
          tabs={APP_NAMES.map((name) => ({ name, title: APPS[name].title }))}
          chosen={app}
          onChoose={(name) => go({ app: name, at })}
        >
          <AppGuide app={app} place={place} />
        </Tabs>
      </section>
      <Verify />
      <p className="small quiet">
        {text.seeConnectionsBefore}
        <Link to="/$org/connections" params={{ org }}>
          {text.seeConnections}
        </Link>
        .
      </p>
    </div>
  );
}
