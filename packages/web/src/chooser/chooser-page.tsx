import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { meQuery } from '../api/queries.ts';
import { ROLE_NAMES } from '../roles.ts';
import type { ClosedOrganisation } from '../api/types.ts';
import { AccountMenu } from '../shell/account-menu.tsx';
import { wayInto } from '../shell/closed-organisation.tsx';
import { Frame } from '../shell/frame.tsx';
import { Problem } from '../ui/problem.tsx';
import { closedText } from '../text/closed-organisations.ts';
import { Skeleton } from '../ui/skeleton.tsx';

/** `/app`: which organisation? Straight to the only one. */
export function ChooserPage() {
  const me = useQuery(meQuery);
  if (me.data === undefined) {
    return (
      <Frame>
        {me.isError ? (
          <Problem error={me.error} onRetry={() => void me.refetch()} />
        ) : (
          <Skeleton rows={3} label="Loading your organisations" />
        )}
      </Frame>
    );
  }
  const { closed_organisations: closed, organisations, via_company: via } = me.data;
  const [only] = organisations;
  if (organisations.length === 1 && (closed.length === 0 || via !== null) && only !== undefined) {
    return <Navigate to="/$org" params={{ org: only.slug }} replace />;
  }
  return (
    <Frame bar={<AccountMenu me={me.data} />}>
      <title>Your organisations · Latchkey</title>
      <div className="narrow">
        <h1 id="page-title" tabIndex={-1}>
          Your organisations
        </h1>
        {organisations.length === 0 && closed.length === 0 ? (
          <div className="sheet">
            <p>
              You are in no organisation yet. Ask an owner or admin of one to add{' '}
              <bdi className="strong">{me.data.user.email}</bdi>, then load this page again.
            </p>
          </div>
        ) : (
          <ul className="chooser">
            {organisations.map(({ slug, name, role }) => (
              <li key={slug}>
                <Link to="/$org" params={{ org: slug }} className="chooser-item">
                  <span>
                    <bdi className="strong">{name}</bdi>
                    <br />
                    <code className="quiet">{slug}</code>
                  </span>
                  <span className="role">{ROLE_NAMES[role]}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
        {closed.length === 0 ? null : <ClosedOrganisations closed={closed} />}
      </div>
    </Frame>
  );
}

function ClosedOrganisations({ closed }: { closed: readonly ClosedOrganisation[] }) {
  return (
    <section aria-labelledby="closed">
      <h2 id="closed">{closedText.heading}</h2>
      <ul className="chooser">
        {closed.map((one) => (
          <li key={one.slug}>
            <a href={wayInto(one)} className="chooser-item">
              <span>
                <bdi className="strong">{one.name}</bdi>
                <br />
                <span className="small quiet">{closedText[one.because].why}</span>
              </span>
              <span className="role">{closedText[one.because].how(one.name)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
