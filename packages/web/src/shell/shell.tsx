import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { meQuery } from '../api/queries.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ClosedOrganisation } from './closed-organisation.tsx';
import { Frame } from './frame.tsx';
import { Navigation } from './navigation.tsx';
import { OrganisationContext } from './organisation-context.ts';
import { OrganisationSwitcher } from './organisation-switcher.tsx';
import { useFocusOnNewPage } from './use-focus-on-new-page.ts';

const route = getRouteApi('/$org');

/** What surrounds each page of an organisation. */
export function Shell() {
  const { org } = route.useParams();
  const me = useQuery(meQuery);
  useFocusOnNewPage();

  if (me.data === undefined) {
    return (
      <Frame>
        {me.isError ? (
          <Problem error={me.error} onRetry={() => void me.refetch()} />
        ) : (
          <Skeleton rows={5} label="Loading" />
        )}
      </Frame>
    );
  }

  const { organisations, user } = me.data;
  const current = organisations.find(({ slug }) => slug === org);
  const closed = me.data.closed_organisations.find(({ slug }) => slug === org);
  if (closed !== undefined)
    return <ClosedOrganisation closed={closed} account={<AccountMenu me={me.data} />} />;
  if (current === undefined) return <NotYours org={org} account={<AccountMenu me={me.data} />} />;
  return (
    <OrganisationContext value={{ ...current, user }}>
      <Frame
        bar={
          <>
            <OrganisationSwitcher current={current} organisations={organisations} />
            <AccountMenu me={me.data} org={current.slug} />
          </>
        }
        navigation={<Navigation />}
      >
        {/* Another organisation is another page: nothing typed or opened in one stays for the next. */}
        <Outlet key={org} />
      </Frame>
    </OrganisationContext>
  );
}

function NotYours({ org, account }: { org: string; account: ReactNode }) {
  return (
    <Frame bar={account}>
      <title>Not found · Latchkey</title>
      <div className="sheet narrow">
        <h1 id="page-title" tabIndex={-1}>
          You are not in “{org}”
        </h1>
        <p>
          No organisation of that name is among yours. If it should be, ask one of its owners or admins to add
          you.
        </p>
        <Link to="/" className="button">
          Go to your organisations
        </Link>
      </div>
    </Frame>
  );
}
