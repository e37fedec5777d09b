import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { connectorQuery, versionsQuery, type ConnectorView, type Version } from '../api/connectors.ts';
import { More } from '../import/more.tsx';
import { managesConnectors } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { versionsText as text } from '../text/connectors.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { RollBackQuestion } from './roll-back-question.tsx';
import { VersionDiff } from './version-diff.tsx';
import { VersionTable } from './version-table.tsx';

const route = getRouteApi('/$org/connectors/$connector/versions');

/** `/app/{org}/connectors/{connector}/versions`: what was published when, and the way back to it. */
export function VersionsPage() {
  const { slug: org, role } = useOrganisation();
  const { connector } = route.useParams();
  const { from, to } = route.useSearch();
  return (
    <>
      <PageHead
        title={text.title(connector)}
        heading={
          <>
            {text.titleBefore}
            <Foreign text={connector} />
          </>
        }
        lead={text.lead}
        action={
          <Link to="/$org/connectors/$connector" params={{ org, connector }} className="button secondary">
            {text.tools}
          </Link>
        }
      />
      {!managesConnectors(role) ? (
        <Forbidden needed="admin" />
      ) : from === undefined || to === undefined ? (
        <Versions key={connector} connector={connector} />
      ) : (
        <VersionDiff connector={connector} from={from} to={to} />
      )}
    </>
  );
}

function Versions({ connector }: { connector: string }) {
  const { slug: org } = useOrganisation();
  const view = useQuery(connectorQuery(org, connector));
  const versions = useInfiniteQuery(versionsQuery(org, connector));
  const [back, setBack] = useState<Version | undefined>(undefined);
  const [notice, say] = useNotice();
  if (versions.data === undefined || view.data === undefined) {
    const error = versions.error ?? view.error;
    return error === null ? (
      <Skeleton rows={4} label={text.loading} />
    ) : (
      <Problem
        error={error}
        onRetry={() => {
          void versions.refetch();
          void view.refetch();
        }}
      />
    );
  }
  const items = versions.data.pages.flatMap((page) => page.items);
  return (
    <>
      {notice}
      {items.length === 0 ? (
        <div className="sheet empty">
          <p>{text.empty}</p>
        </div>
      ) : (
        <VersionTable
          connector={connector}
          versions={items}
          mayRollBack={mayRollBack(view.data)}
          onRollBack={setBack}
        />
      )}
      <More query={versions} shown={items.length} total={items.length} />
      {back === undefined ? null : (
        <RollBackQuestion
          connector={view.data}
          version={back}
          onClose={() => setBack(undefined)}
          onDone={(published) => {
            setBack(undefined);
            say(text.rolledBack(back.number, published));
          }}
        />
      )}
    </>
  );
}

function mayRollBack({ managed_by: managedBy, version }: ConnectorView): boolean {
  return managedBy === 'organisation' && version !== null;
}
