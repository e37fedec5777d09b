import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { meQuery } from '../api/queries.ts';
import { ROLE_NAMES } from '../roles.ts';
import type { ClosedOrganisation } from '../api/types.ts';
import { AccountMenu } from '../shell/account-menu.tsx';
import { wayInto } from '../shell/closed-organisation.tsx';
import { useCarriedWords } from '../shell/carried-words.ts';
import { Frame } from '../shell/frame.tsx';
import { Problem } from '../ui/problem.tsx';
import { operatorLinkText } from '../text/operator-link.ts';
import { chooserText as text } from '../text/chooser.ts';
import { closedText } from '../text/closed-organisations.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { OrganisationLogo } from '../ui/organisation-logo.tsx';
import { uiText } from '../text/ui.ts';

const CHOOSER_PAGE = '/';

/** `/app`: which organisation? Straight to the only one. */
export function ChooserPage() {
  const me = useQuery(meQuery);
  const words = useCarriedWords(CHOOSER_PAGE);
  if (me.data === undefined) {
    return (
      <Frame>
        {me.isError ? (
          <Problem error={me.error} onRetry={() => void me.refetch()} />
        ) : (
          <Skeleton rows={3} label={text.loading} />
        )}
      </Frame>
    );
  }
  const { closed_organisations: closed, organisations, via_company: via } = me.data;
  const [only] = organisations;
  if (
    words === undefined &&
    organisations.length === 1 &&
    (closed.length === 0 || via !== null) &&
    only !== undefined
  ) {
    return <Navigate to="/$org" params={{ org: only.slug }} replace />;
  }
  return (
    <Frame bar={<AccountMenu me={me.data} />}>
      <title>{uiText.tab(text.title)}</title>
      <div className="narrow">
        <h1 id="page-title" tabIndex={-1}>
          {text.title}
        </h1>
        {words === undefined ? null : (
          <p role="status" className="notice">
            {words}
          </p>
        )}
        {organisations.length === 0 && closed.length === 0 ? (
          <div className="sheet">
            <p>
              {text.noneBefore}
              <bdi className="strong">{me.data.user.email}</bdi>
              {text.noneAfter}
            </p>
          </div>
        ) : (
          <ul className="chooser">
            {organisations.map(({ logo, slug, name, role }) => (
              <li key={slug}>
                <Link to="/$org" params={{ org: slug }} className="chooser-item">
                  <OrganisationLogo path={logo} />
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
        {me.data.is_operator ? (
          <p className="operator-link">
            {operatorLinkText.lead} <Link to="/_operator">{operatorLinkText.link}</Link>
          </p>
        ) : null}
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
            <Way to={wayInto(one)}>
              <span>
                <bdi className="strong">{one.name}</bdi>
                <br />
                <span className="small quiet">{closedText[one.because].why}</span>
              </span>
              <span className="role">{closedText[one.because].how(one.name)}</span>
            </Way>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Way({ children, to }: { to: string | undefined; children: ReactNode }) {
  return to === undefined ? (
    <div className="chooser-item">{children}</div>
  ) : (
    <a href={to} className="chooser-item">
      {children}
    </a>
  );
}
