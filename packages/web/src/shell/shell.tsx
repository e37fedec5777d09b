import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useMatchRoute } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { meQuery } from '../api/queries.ts';
import { shellText as text } from '../text/shell.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AccountMenu } from './account-menu.tsx';
import { Frame } from './frame.tsx';
import { MovedTo } from './moved-to.tsx';
import { Navigation } from './navigation.tsx';
import { OrganisationContext } from './organisation-context.ts';
import { OrganisationSwitcher } from './organisation-switcher.tsx';
import { useFocusOnNewPage } from './use-focus-on-new-page.ts';

const route = getRouteApi('/$org');

// Few people ever see them: they are none of what everybody loads first.
const ClosedOrganisation = lazy(async () => ({
  default: (await import('./closed-organisation.tsx')).ClosedOrganisation,
}));
const NotYours = lazy(async () => ({ default: (await import('./not-yours.tsx')).NotYours }));
const SettingUp = lazy(async () => ({ default: (await import('./setting-up.tsx')).SettingUp }));

/** What surrounds each page of an organisation. */
export function Shell() {
  const { org } = route.useParams();
  const me = useQuery(meQuery);
  const isAccount = useMatchRoute()({ to: '/$org/account', params: { org } }) !== false;
  useFocusOnNewPage();

  if (me.data === undefined) {
    return (
      <Frame>
        {me.isError ? (
          <Problem error={me.error} onRetry={() => void me.refetch()} />
        ) : (
          <Skeleton rows={5} label={text.loading} />
        )}
      </Frame>
    );
  }

  const { organisations, user } = me.data;
  const current = organisations.find(({ slug }) => slug === org);
  const closed = me.data.closed_organisations.find(({ slug }) => slug === org);
  const moved = [...organisations, ...me.data.closed_organisations].find(({ former_slugs: former }) =>
    former.includes(org),
  );
  if (current === undefined && closed === undefined && moved !== undefined)
    return <MovedTo from={org} slug={moved.slug} />;
  // There somebody sets up what the organisation asks for.
  const settingUp = closed?.because === 'no_second_factor' && isAccount ? closed : undefined;
  const shown = current ?? (settingUp && { ...settingUp, role: 'viewer' as const });
  if (closed !== undefined && settingUp === undefined)
    return (
      <Suspense fallback={<Frame />}>
        <ClosedOrganisation closed={closed} account={<AccountMenu me={me.data} />} />
      </Suspense>
    );
  if (shown === undefined)
    return (
      <Suspense fallback={<Frame />}>
        <NotYours org={org} account={<AccountMenu me={me.data} />} />
      </Suspense>
    );
  return (
    <OrganisationContext value={{ ...shown, user }}>
      <Frame
        bar={
          <>
            {current === undefined ? null : (
              <OrganisationSwitcher current={current} organisations={organisations} />
            )}
            <AccountMenu me={me.data} org={shown.slug} />
          </>
        }
        navigation={current === undefined ? undefined : <Navigation />}
      >
        {settingUp === undefined ? null : (
          <Suspense>
            <SettingUp closed={settingUp} />
          </Suspense>
        )}
        {/* Another organisation is another page: nothing typed or opened in one stays for the next. */}
        <Outlet key={org} />
      </Frame>
    </OrganisationContext>
  );
}
