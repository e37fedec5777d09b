import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { meQuery } from '../api/queries.ts';
import { AccountMenu } from '../shell/account-menu.tsx';
import { FoldedNavigation } from '../shell/folded-navigation.tsx';
import { Frame } from '../shell/frame.tsx';
import { NotYours } from '../shell/not-yours.tsx';
import { useFocusOnNewPage } from '../shell/use-focus-on-new-page.ts';
import { operatorText as text } from '../text/operator.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const PLACES = [
  { to: '/_operator', name: text.places.organisations },
  { to: '/_operator/keys', name: text.places.keys },
  { to: '/_operator/health', name: text.places.health },
  { to: '/_operator/modes', name: text.places.modes },
  { to: '/_operator/log', name: text.places.log },
] as const;

/** `/app/_operator`: what surrounds the pages of operators. To everybody else it is an address like any other. */
export function OperatorShell() {
  const me = useQuery(meQuery);
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
  if (!me.data.is_operator) return <NotYours org="_operator" account={<AccountMenu me={me.data} />} />;
  return (
    <Frame
      bar={
        <>
          <div className="switcher-only">
            <span className="switcher-current">
              <span className="strong">{text.name}</span>
              <span className="role">{text.about}</span>
            </span>
          </div>
          <AccountMenu me={me.data} />
        </>
      }
      navigation={
        <FoldedNavigation label={text.pages}>
          {(close) => (
            <div className="navigation-group">
              {PLACES.map(({ to, name }) => (
                <Link
                  key={to}
                  to={to}
                  activeOptions={{ exact: true, includeSearch: false }}
                  className="navigation-item"
                  onClick={close}
                >
                  {name}
                </Link>
              ))}
            </div>
          )}
        </FoldedNavigation>
      }
    >
      <Outlet />
    </Frame>
  );
}
